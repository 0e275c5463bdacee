package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.Child;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file sent by OpenSSH's sftp to an sshd of its own, with AES-256-GCM. One sample is one run of {@code sftp}, which logs in with a
 * key; the server neither hashes the file nor waits for the disk.
 */
final class SftpUpload implements Subject {

    private static final String CIPHER = "aes256-gcm@openssh.com";

    /** Where a daemon that root starts goes before anybody has logged in; its own start script makes it. */
    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

    /** The most that OpenSSH's server takes in one request, and how many requests may be on their way. */
    private static final List<String> TUNING = List.of("-B", "261120", "-R", "128");

    private final Path file;
    private @Nullable Running running;
    private boolean madeDirectory;

    SftpUpload(Path file) {
        this.file = file;
    }

    private record Running(Child server, Path directory, int port) {

        Path received() {
            return directory.resolve("received");
        }
    }

    @Override
    public String name() {
        return "openssh-sftp";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("openssh-server, openssh-client", "sshd", "sftp", "ssh-keygen");
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        Files.createDirectories(workDirectory.resolve("received"));
        makeKeys(workDirectory);
        int port = Child.freePort();
        Path configuration =
                Files.writeString(workDirectory.resolve("sshd_config"), configuration(workDirectory, port));
        Files.writeString(
                workDirectory.resolve("known_hosts"),
                "[127.0.0.1]:%d %s".formatted(port, Files.readString(workDirectory.resolve("host.pub"))));
        if (isRoot() && !Files.exists(PRIVILEGE_SEPARATION)) {
            Files.createDirectory(PRIVILEGE_SEPARATION);
            madeDirectory = true;
        }
        Child server = Child.start(
                List.of(Programs.path("sshd"), "-D", "-e", "-f", configuration.toString()),
                Map.of(),
                workDirectory.resolve("sshd.log"));
        running = new Running(server, workDirectory, port);
        server.awaitPort(port);
    }

    private static void makeKeys(Path directory) throws IOException, InterruptedException {
        for (String key : List.of("host", "user")) {
            Programs.run(
                    List.of(
                            Programs.path("ssh-keygen"),
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            directory.resolve(key).toString()),
                    directory.resolve("keys.log"));
        }
    }

    /** Nothing of the machine's own configuration is read. */
    private static String configuration(Path directory, int port) {
        return """
            ListenAddress 127.0.0.1:%d
            HostKey "%s"
            AuthorizedKeysFile "%s"
            StrictModes no
            PidFile none
            UsePAM no
            UseDNS no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            Ciphers %s
            Compression no
            Subsystem sftp internal-sftp
            LogLevel ERROR
            """.formatted(port, directory.resolve("host"), directory.resolve("user.pub"), CIPHER);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        Path batch = Files.writeString(
                now.directory().resolve("batch"),
                "put \"%s\" \"%s\"%n".formatted(file, now.received().resolve("upload")));
        CpuTime cpu = new CpuTime(List.of(now.server().pid()));
        double before = cpu.read();
        long begin = System.nanoTime();
        Programs.run(command(now, batch), now.directory().resolve("sftp.log"));
        double seconds = (System.nanoTime() - begin) / 1e9;
        awaitLogout(now.server().pid());
        double used = cpu.read() - before;
        requireWhole(now.received().resolve("upload"));
        Disk.removeFilesOf(now.received(), Files.size(file));
        return new Sample(Files.size(file), seconds, used);
    }

    private List<String> command(Running now, Path batch) throws IOException {
        List<String> command = new ArrayList<>(List.of(Programs.path("sftp"), "-q", "-F", "none"));
        command.addAll(TUNING);
        for (String option : List.of(
                "Ciphers=" + CIPHER,
                "Compression=no",
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "IdentityFile=" + now.directory().resolve("user"),
                "StrictHostKeyChecking=yes",
                "UserKnownHostsFile=" + now.directory().resolve("known_hosts"),
                "GlobalKnownHostsFile=none")) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of(
                "-P",
                String.valueOf(now.port()),
                "-b",
                batch.toString(),
                System.getProperty("user.name") + "@127.0.0.1"));
        return command;
    }

    private void requireWhole(Path received) throws IOException {
        if (Files.size(received) != Files.size(file)) {
            throw new IOException("only %d bytes have arrived".formatted(Files.size(received)));
        }
    }

    /** The processes of a login end after the client; only then is their CPU time their parent's. */
    private static void awaitLogout(long server) throws InterruptedException {
        for (int i = 0; i < 200 && hasChildren(server); i++) {
            Thread.sleep(10);
        }
    }

    private static boolean hasChildren(long process) {
        return ProcessHandle.of(process).stream()
                .flatMap(ProcessHandle::children)
                .findAny()
                .isPresent();
    }

    @Override
    public void close() throws IOException {
        if (running != null) {
            running.server().close();
            running = null;
        }
        if (madeDirectory) {
            Files.deleteIfExists(PRIVILEGE_SEPARATION);
            madeDirectory = false;
        }
    }
}
