package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.server.host.Subcommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Backup and restore whose process, or whose server, is killed, or that find no room. */
@BesideOthers
class BackupCrashTest {

    private static final int MEDIA = 48 << 20;

    @TempDir
    static Path directory;

    private static Path secret;
    private static Path data;

    private Path backup;
    private String unfinished;

    @BeforeEach
    void name(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        backup = directory.resolve(name);
        unfinished = "glob:" + name + ".*.unfinished";
    }

    @BeforeAll
    static void prepare() throws IOException {
        secret = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
        data = directory.resolve("data");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        Path content = Files.createDirectories(data.resolve("media/content/00"));
        byte[] media = new byte[MEDIA];
        new Random(1).nextBytes(media);
        Files.write(content.resolve("0".repeat(32)), media);
    }

    @Test
    void leaves_all_of_the_old_state_or_makes_all_of_the_new_one_when_a_restore_is_killed() throws Exception {
        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString(), "--with-media");
        byte[] newRoot = Files.readAllBytes(data.resolve("keys/root.pem"));
        Path home = directory.resolve("home");
        run(0, home, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        byte[] oldRoot = Files.readAllBytes(home.resolve("keys/root.pem"));

        List<Callable<Boolean>> moments = List.of(
                () -> Files.exists(home.resolve(".waxwing-restoring/lock")),
                () -> Files.exists(home.resolve(".waxwing-restored")) || movedAside(home));
        List<Boolean> wereNew = new ArrayList<>();
        for (Callable<Boolean> moment : moments) {
            Process restore = process(
                    "restore",
                    backup.toString(),
                    "--passphrase-file",
                    secret.toString(),
                    "--replace",
                    "--waxwing.data-dir=" + home);
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> moment.call() || !restore.isAlive());
            restore.destroyForcibly().waitFor();

            // The authority refuses keys and a database that do not belong together.
            run(0, home, "invite", "--name", "next-" + wereNew.size(), "--waxwing.listener.bind=127.0.0.1");
            byte[] root = Files.readAllBytes(home.resolve("keys/root.pem"));
            boolean isNew = Arrays.equals(root, newRoot);
            assertThat(isNew || Arrays.equals(root, oldRoot)).isTrue();
            assertThat(Files.exists(home.resolve("media/content/00/" + "0".repeat(32))))
                    .isEqualTo(isNew);
            assertThat(home.resolve(".waxwing-restoring")).doesNotExist();
            assertThat(home.resolve(".waxwing-restored")).doesNotExist();
            wereNew.add(isNew);
        }
        assertThat(wereNew).containsExactly(false, true);
    }

    @Test
    void leaves_no_backup_when_it_is_killed_and_the_next_one_takes_its_place() throws Exception {
        Process killed = process(
                "backup",
                backup.toString(),
                "--passphrase-file",
                secret.toString(),
                "--with-media",
                "--waxwing.data-dir=" + data);
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofMinutes(1))
                .until(() -> isWriting() || !killed.isAlive());
        killed.destroyForcibly().waitFor();
        assertThat(backup).doesNotExist();

        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString(), "--with-media");
        Path restored = directory.resolve("restored");
        run(0, restored, "restore", backup.toString(), "--passphrase-file", secret.toString());
        assertThat(restored.resolve("media/content/00/" + "0".repeat(32)))
                .hasSameBinaryContentAs(data.resolve("media/content/00/" + "0".repeat(32)));
    }

    @Test
    void leaves_nothing_when_the_server_is_killed_meanwhile() throws Exception {
        try (ServerProcess server = ServerProcess.start(data, directory.resolve("server.log"))) {
            Thread killer = Thread.ofVirtual().start(() -> {
                try {
                    await().pollInterval(Duration.ofMillis(1)).until(() -> isWriting());
                    server.kill();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(run(
                            1,
                            data,
                            "backup",
                            backup.toString(),
                            "--passphrase-file",
                            secret.toString(),
                            "--with-media"))
                    .contains("could not be made");
            killer.join();
        }
        assertThat(backup).doesNotExist();
        assertThat(unfinished()).isEmpty();
    }

    @Test
    void says_so_and_leaves_nothing_when_there_is_no_room() throws Exception {
        Path log = directory.resolve("log");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 8192; exec \"$@\"", "sh"));
        command.addAll(command(
                "backup",
                backup.toString(),
                "--passphrase-file",
                secret.toString(),
                "--with-media",
                "--waxwing.data-dir=" + data));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(Files.readString(log)).contains("could not be made", "too large");
        assertThat(backup).doesNotExist();
        assertThat(unfinished()).isEmpty();
    }

    private boolean isWriting() throws IOException {
        for (Path file : unfinished()) {
            if (Files.size(file) > 1 << 20) {
                return true;
            }
        }
        return false;
    }

    private List<Path> unfinished() throws IOException {
        PathMatcher matcher = directory.getFileSystem().getPathMatcher(unfinished);
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> matcher.matches(file.getFileName())).toList();
        }
    }

    private static boolean movedAside(Path home) throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.anyMatch(path -> path.getFileName().toString().startsWith("before-restore-"));
        }
    }

    private static Process process(String... args) throws IOException {
        return new ProcessBuilder(command(args))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WaxwingServer.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Standard output, or standard error of what failed. */
    private static String run(int exit, Path home, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--waxwing.data-dir=" + home);
        assertThat(Subcommands.run(all.toArray(String[]::new), new PrintStream(out), new PrintStream(err)))
                .as("%s", err)
                .isEqualTo(exit);
        return (exit == 0 ? out : err).toString(StandardCharsets.UTF_8).strip();
    }
}
