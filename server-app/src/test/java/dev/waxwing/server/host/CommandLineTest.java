package dev.waxwing.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.server.host.CommandLine.UsageException;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @Test
    void options_alone_start_the_server() {
        assertThat(CommandLine.subcommand()).isEmpty();
        assertThat(CommandLine.subcommand("--waxwing.console.port=0", "--debug"))
                .isEmpty();
    }

    @Test
    void options_may_stand_before_and_after_a_subcommand() throws Exception {
        CommandLine line = CommandLine.parse("--waxwing.data-dir=/a b", "invite", "--name", "cam", "--replace");
        assertThat(line.request()).isEqualTo(new HostRequest.InviteDevices(List.of("cam"), "", "", true));
        assertThat(line.settings()).containsExactly("--waxwing.data-dir=/a b");
        assertThat(CommandLine.parse("--name", "invite", "invite").request())
                .isEqualTo(new HostRequest.InviteDevices(List.of("invite"), "", "", false));
        CommandLine kit = CommandLine.parse("classic-kit", "--replace", "some dir", "--name", "cam");
        assertThat(kit.request()).isEqualTo(new HostRequest.MakeClassicKit("cam", true));
        assertThat(kit.into()).isEqualTo(Path.of("some dir"));
        assertThat(CommandLine.parse("setup-link").request()).isEqualTo(new HostRequest.SetupLink());
        assertThat(CommandLine.parse("rotate-issuing").request()).isEqualTo(new HostRequest.RotateIssuing());
        assertThat(CommandLine.parse("--reason", "superseded", "revoke-issuing", "0f1e2d3c")
                        .request())
                .isEqualTo(new HostRequest.RevokeIssuing("0f1e2d3c", "superseded"));
    }

    @Test
    void several_devices_are_invited_at_once() throws Exception {
        assertThat(CommandLine.parse("invite", "--name", "cam-1, cam-2").request())
                .isEqualTo(new HostRequest.InviteDevices(List.of("cam-1", "cam-2"), "", "", false));
        for (String names : List.of("", ",", "cam-1,", "cam-1,,cam-2")) {
            assertThatThrownBy(() -> CommandLine.parse("invite", "--name", names))
                    .isInstanceOf(CommandLine.UsageException.class)
                    .hasMessageContaining("--name NAME");
        }
    }

    @ParameterizedTest
    @CsvSource({"90m, PT1H30M", "12h, PT12H", "7d, PT168H", "PT36H, PT36H"})
    void an_invite_may_name_a_profile_and_how_long_it_works(String typed, String expiresIn) throws Exception {
        assertThat(CommandLine.parse(
                                "invite",
                                "--profile",
                                "drone",
                                "--name=cam",
                                "--expires-in",
                                typed,
                                "--waxwing.data-dir=d")
                        .request())
                .isEqualTo(new HostRequest.InviteDevices(List.of("cam"), "drone", expiresIn, false));
        assertThat(CommandLine.subcommand("--profile", "backup", "--expires-in", "7d", "invite"))
                .hasValue("invite");
    }

    @Test
    void what_concerns_the_roots_key_names_a_file_and_maybe_one_with_a_passphrase() throws Exception {
        RootCommand command = RootCommand.parse(
                "--waxwing.data-dir=/a b", "--passphrase-file", "export", "root", "import", "some file");
        assertThat(CommandLine.subcommand("--passphrase-file", "export", "root", "import", "file"))
                .hasValue("root");
        assertThat(command.file()).isEqualTo(Path.of("some file"));
        assertThat(command.passphraseFile()).isEqualTo(Path.of("export"));
        assertThat(command.settings()).containsExactly("--waxwing.data-dir=/a b");
        for (String typed : List.of(
                "root",
                "root export",
                "root export a b",
                "root steal file",
                "root export file --force",
                "root import file --passphrase-file")) {
            assertThrows(UsageException.class, () -> RootCommand.parse(typed.split(" ")), typed);
        }
    }

    @Test
    void without_a_terminal_a_passphrase_comes_from_a_file_or_not_at_all() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] args = {"root", "export", "target/no-such-directory/root.key"};
        assertThat(Subcommands.run(args, System.out, new PrintStream(err))).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--passphrase-file");
    }

    @Test
    void a_request_with_a_secret_does_not_print_it() {
        Bytes export = Bytes.of(new byte[] {7, 7, 7});
        for (HostRequest request : List.of(
                new HostRequest.ExportRoot("secret"),
                new HostRequest.RemoveRoot(export, "secret"),
                new HostRequest.ImportRoot(export, "secret"))) {
            assertThat(request.toString()).doesNotContain("secret").doesNotContain("07");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "destroy",
                "invite",
                "invite --name",
                "invite --name=",
                "invite --name cam twice",
                "invite --name cam --force",
                "invite --name cam -x",
                "invite --name cam dir",
                "invite --name cam --profile",
                "invite --name cam --expires-in soon",
                "setup-link --profile drone",
                "classic-kit --name cam",
                "classic-kit dir",
                "classic-kit --name cam dir other",
                "dir classic-kit --name cam",
                "setup-link --name cam",
                "setup-link --replace",
                "rotate-issuing --name cam",
                "rotate-issuing now",
                "revoke-issuing",
                "revoke-issuing 0f1e2d3c",
                "revoke-issuing --reason superseded",
                "revoke-issuing 0f1e2d3c other --reason superseded",
                "revoke-issuing 0f1e2d3c --reason",
                "backup",
                "backup file",
                "backup file other --passphrase-file secret",
                "backup file --passphrase-file",
                "backup file --passphrase-file a --generate-passphrase b",
                "restore --passphrase-file secret",
                "restore file --with-media --passphrase-file secret",
                "audit",
                "audit check",
                "audit verify --id 7",
                "audit verify --id seven --head 00"
            })
    void anything_else_is_a_usage_error(String typed) {
        String[] args = typed.split(" ");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(Subcommands.run(args, new PrintStream(out), new PrintStream(err)))
                .isEqualTo(2);
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Usage: bin/server");
    }

    @Test
    void help_is_a_result() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(Subcommands.isOne("--help")).isTrue();
        assertThat(Subcommands.run(new String[] {"help"}, new PrintStream(out), System.err))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("invite", "setup-link");
    }

    @ParameterizedTest
    @ValueSource(strings = {"invite --help", "restore -h", "root export --help", "audit verify --help"})
    void help_is_given_after_a_subcommand_too(String typed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(Subcommands.run(typed.split(" "), new PrintStream(out), System.err))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage: bin/server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version"})
    void the_version_is_told_without_a_server(String typed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(Subcommands.isOne(typed)).isTrue();
        assertThat(Subcommands.run(new String[] {typed}, new PrintStream(out), System.err))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("waxwing server ");
    }

    @Test
    void requests_and_answers_survive_the_socket() throws Exception {
        HostRequest backup = new HostRequest.Backup(true);
        assertThat(AdminMessages.readRequest(AdminMessages.write(backup))).isEqualTo(backup);
        HostRequest audit = new HostRequest.VerifyAudit(7, "0f".repeat(32));
        assertThat(AdminMessages.readRequest(AdminMessages.write(audit))).isEqualTo(audit);
        HostRequest invite =
                new HostRequest.InviteDevices(List.of("a \"quoted\"\nname", "other"), "drone", "PT12H", true);
        assertThat(AdminMessages.readRequest(AdminMessages.write(invite))).isEqualTo(invite);
        HostRequest link = new HostRequest.SetupLink();
        assertThat(AdminMessages.readRequest(AdminMessages.write(link))).isEqualTo(link);
        Bytes export = Bytes.of(new byte[] {0, (byte) 0xFF, 7});
        for (HostRequest request : List.of(
                new HostRequest.RotateIssuing(),
                new HostRequest.RevokeIssuing("0f1e2d3c", "cACompromise"),
                new HostRequest.ExportRoot("Grüße"),
                new HostRequest.RemoveRoot(export, "Grüße"),
                new HostRequest.ImportRoot(export, "Grüße"))) {
            assertThat(AdminMessages.readRequest(AdminMessages.write(request))).isEqualTo(request);
        }
        HostRequest kit = new HostRequest.MakeClassicKit("cam", true);
        assertThat(AdminMessages.readRequest(AdminMessages.write(kit))).isEqualTo(kit);
        HostAnswer answer = HostAnswer.failed("no, \"never\"");
        assertThat(AdminMessages.readAnswer(AdminMessages.write(answer))).isEqualTo(answer);
        byte[] content = {0, -1, '"', '\n'};
        HostAnswer files =
                AdminMessages.readAnswer(AdminMessages.write(HostAnswer.done("cam", Map.of("a/b", content))));
        assertThat(files.files()).containsOnlyKeys("a/b");
        assertThat(files.files().get("a/b")).isEqualTo(content);
        assertThat(AdminMessages.write(invite)).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"command\":\"format\"}"})
    void nonsense_on_the_socket_is_refused(String line) {
        assertThrows(IOException.class, () -> AdminMessages.readRequest(line));
    }
}
