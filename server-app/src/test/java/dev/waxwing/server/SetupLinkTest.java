package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.User;
import dev.waxwing.server.audit.AuditLog;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way in of a server that has no user yet. */
class SetupLinkTest {

    private static final Pattern LINK = Pattern.compile("http://\\S+/setup/[A-Za-z0-9_-]{43}");
    private static final String PASSWORD = "plum tree by the harbour";

    @TempDir
    Path directory;

    @Test
    void the_first_start_leaves_a_link_that_only_the_owner_can_read_and_that_works_once() throws IOException {
        Path data = directory.resolve("data");
        try (RunningServer server = RunningServer.start(data)) {
            Path file = data.resolve("first-run.txt");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            String path = link(file);
            ConsoleClient browser = ConsoleClient.of(server);

            HttpResponse<String> looked = browser.get(path);
            HttpResponse<String> lookedAgain = browser.get(path);
            assertThat(looked.statusCode()).isEqualTo(200);
            assertThat(lookedAgain.statusCode()).isEqualTo(200);
            assertThat(looked.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");

            HttpResponse<String> different =
                    browser.submit(path, path, Map.of("name", "anna", "password", PASSWORD, "again", PASSWORD + "!"));
            assertThat(different.statusCode()).isEqualTo(422);
            assertThat(different.body()).contains("not the same");

            HttpResponse<String> used =
                    browser.submit(path, path, Map.of("name", "anna", "password", PASSWORD, "again", PASSWORD));
            assertThat(used.headers().firstValue("Location")).hasValue("/");
            assertThat(browser.get("/").statusCode()).isEqualTo(200);
            assertThat(file).doesNotExist();

            HttpResponse<String> again = ConsoleClient.of(server).get(path);
            assertThat(again.statusCode()).isEqualTo(410);
            assertThat(server.bean(Accounts.class).all()).extracting(User::name).containsExactly("anna");
        }
    }

    @Test
    void a_form_that_was_open_for_too_long_leaves_no_usable_link_in_the_audit_log() throws IOException {
        Path data = directory.resolve("data");
        try (RunningServer server = RunningServer.start(data)) {
            String path = link(data.resolve("first-run.txt"));
            ConsoleClient browser = ConsoleClient.of(server);

            assertThat(browser.post(path, Map.of("name", "anna"), "of a session that has ended")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(browser.get(path + "/").statusCode()).isEqualTo(404);

            String token = path.substring(path.lastIndexOf('/') + 1);
            AuditLog audit = server.bean(AuditLog.class);
            assertThat(audit.page("/setup/", 0, 10).items()).isNotEmpty();
            assertThat(audit.page(token, 0, 10).items()).isEmpty();
        }
    }

    @Test
    void each_start_makes_a_new_link_until_one_is_used() throws IOException {
        Path data = directory.resolve("data");
        String first;
        try (RunningServer _ = RunningServer.start(data)) {
            first = link(data.resolve("first-run.txt"));
        }
        try (RunningServer server = RunningServer.start(data)) {
            String second = link(data.resolve("first-run.txt"));

            assertThat(second).isNotEqualTo(first);
            assertThat(ConsoleClient.of(server).get(first).statusCode()).isEqualTo(410);
            assertThat(ConsoleClient.of(server).get(second).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_password_file_makes_the_administrator_instead() throws IOException {
        Path data = directory.resolve("data");
        Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        try (RunningServer server = RunningServer.start(data, "--waxwing.console.admin-password-file=" + password)) {
            assertThat(data.resolve("first-run.txt")).doesNotExist();
            assertThat(ConsoleClient.of(server)
                            .login("admin", PASSWORD)
                            .headers()
                            .firstValue("Location"))
                    .hasValue("/");
        }
    }

    @Test
    void a_password_file_with_a_bad_password_stops_the_start_and_names_the_property() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "short");

        assertThatThrownBy(() -> RunningServer.start(
                        directory.resolve("data"), "--waxwing.console.admin-password-file=" + password))
                .hasStackTraceContaining("waxwing.console.admin-password-file")
                .hasStackTraceContaining("at least 12 characters");
    }

    private static String link(Path file) throws IOException {
        Matcher link = LINK.matcher(Files.readString(file));
        assertThat(link.find()).isTrue();
        return URI.create(link.group()).getPath();
    }
}
