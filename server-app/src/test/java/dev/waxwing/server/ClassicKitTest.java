package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.host.Subcommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/server classic-kit}, while a server runs and while none does. */
@BesideOthers
class ClassicKitTest {

    @TempDir
    private Path directory;

    private record Run(int exit, String out, String err) {}

    @Test
    void a_kit_made_before_the_first_start_and_one_made_while_it_runs_both_work() throws Exception {
        Run before = kit("early", directory.resolve("early"));
        assertThat(before.exit()).as(before.err()).isZero();
        assertThat(before.out().strip()).isEqualTo(directory.resolve("early").toString());
        assertLayout(directory.resolve("early"));

        try (RunningServer server = RunningServer.start(data(), "--waxwing.classic.enabled=true")) {
            Path empty = Files.createDirectory(directory.resolve("late"));
            Run running = kit("late", empty);
            assertThat(running.exit()).as(running.err()).isZero();
            assertLayout(empty);
            send(server, ClassicKit.read(directory.resolve("early")));
            send(server, ClassicKit.read(empty));
            assertThat(server.bean(AuditLog.class)
                            .page("classic.device.added", 0, 10)
                            .items())
                    .hasSize(2)
                    .allMatch(entry -> entry.actor().equals("host"));
        }
        try (Stream<Path> files = Files.walk(data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as("%s holds no unlocked key", file)
                        .doesNotContain("BEGIN PRIVATE KEY");
            }
        }
    }

    @Test
    void a_name_that_is_taken_or_none_is_refused_and_nothing_is_written() throws Exception {
        try (RunningServer server = RunningServer.start(data(), "--waxwing.classic.enabled=true")) {
            assertThat(kit("barn", directory.resolve("first")).exit()).isZero();
            Run taken = kit("barn", directory.resolve("second"));
            assertThat(taken.exit()).isEqualTo(1);
            assertThat(taken.err()).contains("barn has a classic kit already", "--replace");
            assertThat(taken.out()).isEmpty();
            assertThat(directory.resolve("second")).doesNotExist();
            assertThat(kit("barn", directory.resolve("second"), "--replace").exit())
                    .isZero();
            assertThat(ClassicKit.read(directory.resolve("second")).device().certificate())
                    .isNotEqualTo(
                            ClassicKit.read(directory.resolve("first")).device().certificate());

            Run own = kit("waxwing", directory.resolve("third"), "--replace");
            assertThat(own.exit()).isEqualTo(1);
            assertThat(own.err()).contains("The server's own certificates have that name");
            assertThat(server.bean(ClassicDevices.class).find("waxwing")).isEmpty();

            Run invalid = kit("Barn", directory.resolve("third"));
            assertThat(invalid.exit()).isEqualTo(2);
            assertThat(invalid.err()).contains("A name has 1 to 63 characters");

            TestDevice.enrol(server.listenerPort(), server.invite("moved"));
            Run moved = kit("moved", directory.resolve("third"), "--replace");
            assertThat(moved.exit()).isEqualTo(1);
            assertThat(moved.err()).contains("moved has used WXP/2");
            assertThat(directory.resolve("third")).doesNotExist();
        }
    }

    @Test
    void a_directory_that_does_not_suit_is_refused_before_anything_is_listed() throws Exception {
        Path full = Files.createDirectory(directory.resolve("full"));
        Files.writeString(full.resolve("something"), "else");
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        try (RunningServer server = RunningServer.start(data(), "--waxwing.classic.enabled=true")) {
            assertRefused(full, "is not empty");
            assertRefused(file, "is not a directory");
            assertRefused(directory.resolve("none/at/all"), "there is no directory");
            assertThat(server.bean(ClassicDevices.class).all()).isEmpty();
        }
        assertThat(full).isDirectoryContaining(path -> path.endsWith("something"));
    }

    private void assertRefused(Path folder, String reason) {
        Run run = kit("barn", folder);
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains(reason);
        assertThat(run.out()).isEmpty();
    }

    private static void assertLayout(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> files = tree.filter(Files::isRegularFile).toList();
            assertThat(files)
                    .extracting(file -> folder.relativize(file).toString())
                    .containsExactlyInAnyOrder(
                            "keys/ca_public_key.pem",
                            "keys/server_public_key.pem",
                            "keys/device_private_key.pem",
                            "keys/device_public_key.pem",
                            "certificates/device_certificate.json");
            for (Path file : files) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    private static void send(RunningServer server, ClassicKit kit) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            socket.setSoTimeout(20_000);
            try (ClassicDeviceSession session =
                    ClassicDeviceSession.connect(socket, kit, ClassicLimits.DEFAULTS, new SecureRandom())) {
                session.text("it works");
                session.end();
            }
        }
    }

    private Run kit(String name, Path folder, String... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> args = new ArrayList<>(
                List.of("classic-kit", "--name", name, folder.toString(), "--waxwing.data-dir=" + data()));
        args.addAll(Arrays.asList(more));
        int exit = Subcommands.run(
                args.toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path data() {
        return directory.resolve("data");
    }
}
