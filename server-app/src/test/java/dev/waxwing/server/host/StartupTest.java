package dev.waxwing.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.server.WaxwingServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** How the server starts, or says in one sentence why it does not; and what its host may ask of it. */
class StartupTest {

    @TempDir
    Path directory;

    @Test
    void refuses_a_data_directory_that_is_a_file() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(refusal("--waxwing.data-dir=" + file))
                .contains(file.toString(), "not a directory", "waxwing.data-dir");
    }

    @Test
    void refuses_a_data_directory_that_cannot_be_made() {
        assertThat(refusal("--waxwing.data-dir=/proc/waxwing")).contains("/proc/waxwing", "waxwing.data-dir");
    }

    @Test
    void refuses_a_data_directory_that_another_server_holds() throws Exception {
        Path data = directory.resolve("data");
        try (DataHome _ = DataHome.hold(data).orElseThrow()) {
            assertThat(refusal("--waxwing.data-dir=" + data)).contains("Another Waxwing server", data.toString());
            assertThat(DataHome.hold(data)).isEmpty();
        }
        DataHome.hold(data).orElseThrow().close();
    }

    @Test
    void keeps_others_out_of_the_database_in_a_directory_that_the_operator_made() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));

        new DatabaseConfiguration().embeddedDatabase(new DataDirectory(data));

        assertThat(permissions(data.resolve("db"))).isEqualTo("rwx------");
    }

    @Test
    void refuses_to_open_the_console_to_the_network_in_plain_text() {
        assertThat(refusal("--waxwing.console.bind=0.0.0.0"))
                .contains("0.0.0.0", "waxwing.console.bind", "server.ssl", "behind-proxy");
    }

    @Test
    void names_the_line_of_a_broken_configuration() throws Exception {
        Path file = Files.writeString(directory.resolve("application.yml"), """
            waxwing:
              console:
                port: 8080
               bind: 127.0.0.1
            """);
        assertThat(refusal("--spring.config.location=classpath:/,file:" + file)).contains("application.yml, line 4");
    }

    @Test
    void names_the_property_whose_value_is_wrong() {
        assertThat(refusal("--waxwing.listener.port=99999"))
                .contains("listener")
                .contains("99999");
    }

    @Test
    void says_what_to_mend_in_a_profile() {
        assertThat(refusal("--waxwing.pki.profiles.drone.role=device"))
                .contains("waxwing.pki.profiles.drone.validity must be given, e.g. 30d.");
        assertThat(refusal("--waxwing.pki.profiles.drone.validity=30d", "--waxwing.pki.profiles.drone.keys=rsa-1024"))
                .contains("waxwing.pki.profiles.drone.keys", "rsa-1024", "ecdsa-p256");
        assertThat(refusal("--waxwing.pki.profiles.drone.validity=a month"))
                .contains("waxwing.pki.profiles.drone.validity", "a month");
    }

    @Test
    void names_the_port_that_is_in_use() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(refusal("--waxwing.listener.port=" + taken.getLocalPort()))
                    .contains(String.valueOf(taken.getLocalPort()), "waxwing.listener.port");
            assertThat(directory.resolve("data/ports.json")).doesNotExist();
        }
    }

    @Test
    void serves_its_host_while_running_and_while_stopped() throws Exception {
        Path data = directory.resolve("data");
        Files.createDirectory(data);
        Files.writeString(data.resolve("ports.json"), "stale");
        try (ConfigurableApplicationContext _ =
                WaxwingServer.application().run(arguments("--waxwing.data-dir=" + data))) {
            assertThat(Files.readString(data.resolve("ports.json")))
                    .matches("\\{\"console\": [0-9]+, \"listener\": [0-9]+}\\R");
            assertThat(permissions(data.resolve("admin.sock"))).isEqualTo("rw-------");
            assertThat(permissions(data.resolve("keys"))).isEqualTo("rwx------");

            assertThat(Invite.parse(output(0, "invite", "--name", "camera-1"))
                            .name()
                            .value())
                    .isEqualTo("camera-1");
            assertThat(output(1, "invite", "--name", "camera-1")).isEmpty();
            assertThat(output(2, "invite", "--name", "Camera 1")).isEmpty();
            assertThat(output(0, "setup-link")).startsWith("http://127.0.0.1:").contains("/setup/");
        }
        assertThat(data.resolve("ports.json")).doesNotExist();
        assertThat(data.resolve("admin.sock")).doesNotExist();

        // A killed server leaves its socket behind.
        Files.createFile(data.resolve("admin.sock"));
        String[] known = {"--waxwing.listener.port=4711", "--waxwing.listener.bind=127.0.0.1"};
        Invite invite = Invite.parse(output(0, "invite", "--name", "camera-2", known[0], known[1]));
        assertThat(invite.addresses()).extracting(Object::toString).containsExactly("127.0.0.1:4711");
        assertThat(output(0, "setup-link", "--waxwing.console.port=4712")).startsWith("http://127.0.0.1:4712/setup/");
    }

    /** What a subcommand writes to standard output. */
    private String output(int exit, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.add("--waxwing.data-dir=" + directory.resolve("data"));
        assertThat(Subcommands.run(all.toArray(String[]::new), new PrintStream(out), System.err))
                .isEqualTo(exit);
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String refusal(String... settings) {
        Exception failure = assertThrows(
                Exception.class,
                () -> WaxwingServer.application().run(arguments(settings)).close());
        return StartupFailures.explain(failure)
                .orElseThrow(() -> new AssertionError("this failure is not explained", failure));
    }

    private String[] arguments(String... settings) {
        List<String> arguments = new ArrayList<>(
                List.of("--waxwing.console.port=0", "--waxwing.listener.port=0", "--waxwing.listener.bind=127.0.0.1"));
        arguments.removeIf(argument -> Arrays.stream(settings).anyMatch(setting -> sameKey(setting, argument)));
        if (Arrays.stream(settings).noneMatch(setting -> setting.startsWith("--waxwing.data-dir"))) {
            arguments.add("--waxwing.data-dir=" + directory.resolve("data"));
        }
        arguments.addAll(Arrays.asList(settings));
        return arguments.toArray(String[]::new);
    }

    private static boolean sameKey(String setting, String argument) {
        return argument.startsWith(setting.substring(0, setting.indexOf('=') + 1));
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
