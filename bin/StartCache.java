import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes what the launch scripts start quickly from: {@code StartCache SERVER-JAR AGENT-JAR}, run in the repository. One of the
 * jars may be missing.
 *
 * <p>Beside each jar it leaves {@code start/JAR/}, the jar unpacked, because the JVM archives no class out of a jar within a
 * jar; and in it {@code JDK.aot}, an AOT cache (JEP 514) recorded while a server and an agent did what they are for, on
 * loopback and in a temporary directory. A cache that could not be recorded is an empty file, so that it is not tried again
 * at each start. Everything appears by a rename. One process at a time makes it; another one does not wait for it.
 */
final class StartCache {

    static void main(String[] args) {
        try {
            makeAlone(args);
        } catch (IOException | UncheckedIOException failed) {
            System.err.println("Starts will be slower, because no cache for them could be made: " + failed);
        }
    }

    private static void makeAlone(String[] args) throws IOException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return; // no launch script runs there
        }
        Path lockFile = Files.createDirectories(Path.of("target")).resolve("start.lock");
        try (FileChannel file = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock != null) {
                make(App.of(Path.of(args[0])), App.of(Path.of(args[1])));
            }
        }
    }

    private static void make(App server, App agent) throws IOException {
        if (!server.needsCache() && !agent.needsCache()) {
            return;
        }
        System.err.println("Preparing quick starts (once for each build) ...");
        try (Rehearsal rehearsal = Rehearsal.begin()) {
            server.unpack();
            agent.unpack();
            rehearsal.of(server, agent);
            server.keepRecording();
            agent.keepRecording();
        } finally {
            server.settle();
            agent.settle();
        }
    }
}

/** A jar with the directory it is unpacked to, and the cache of the JDK that runs this. */
record App(Path jar, Path copy, Path cache) {

    /** The end of a zip file is its directory, which has the CRC of every entry. */
    private static final int END = 262_144;

    static App of(Path jar) throws IOException {
        Path file = jar.toAbsolutePath();
        Path copy = file.resolveSibling("start").resolve(Files.exists(file) ? id(end(file)) : "none");
        byte[] jdk = Files.readAllBytes(Path.of(System.getProperty("java.home"), "release"));
        return new App(file, copy, copy.resolve(id(jdk) + ".aot"));
    }

    private static byte[] end(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(END, channel.size()));
            channel.position(channel.size() - end.capacity());
            while (end.hasRemaining() && channel.read(end) >= 0) {}
            return end.array();
        }
    }

    /** What the POSIX command cksum says of the bytes, so that the launch scripts find the same name. */
    private static String id(byte[] bytes) {
        int sum = 0;
        for (byte next : bytes) {
            sum = cksum(sum, next);
        }
        for (long length = bytes.length; length != 0; length >>>= 8) {
            sum = cksum(sum, (byte) length);
        }
        return Integer.toUnsignedString(~sum) + "-" + bytes.length;
    }

    private static int cksum(int sum, byte next) {
        int rest = sum ^ next << 24;
        for (int bit = 0; bit < 8; bit++) {
            rest = rest << 1 ^ (rest < 0 ? 0x04C11DB7 : 0);
        }
        return rest;
    }

    boolean exists() {
        return Files.exists(jar);
    }

    boolean needsCache() {
        return exists() && Files.notExists(cache);
    }

    Path unpacked() {
        return copy.resolve(jar.getFileName());
    }

    /** What to start: all goes on from the jar itself where there is no copy. */
    Path startable() {
        return Files.exists(unpacked()) ? unpacked() : jar;
    }

    Path recording() {
        return copy.resolve("recording.aot");
    }

    void unpack() throws IOException {
        if (!needsCache() || Files.exists(unpacked())) {
            return;
        }
        if (Files.exists(copy)) {
            Rehearsal.delete(copy); // it holds nothing but the mark of a failure
        }
        discardOlder();
        Path fresh = copy.resolveSibling("unpacking-" + ProcessHandle.current().pid());
        Java.run(List.of("-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", fresh.toString()));
        try (DirectoryStream<Path> libraries = Files.newDirectoryStream(fresh.resolve("lib"), "bc*.jar")) {
            for (Path library : libraries) {
                removeSignature(library);
            }
        }
        Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * The JVM archives no class of a signed jar, and checks each one again at every start. The jar around it is not signed, so
     * that this proves nothing, and Bouncy Castle is not used as a security provider, which some JDKs want signed.
     */
    private static void removeSignature(Path library) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(library);
                DirectoryStream<Path> signatures =
                        Files.newDirectoryStream(zip.getPath("META-INF"), "*.{SF,RSA,DSA,EC}")) {
            for (Path signature : signatures) {
                Files.delete(signature);
            }
        }
    }

    /** Keeps the newest of the earlier copies, of which a process may still run; it has read its cache. */
    private void discardOlder() throws IOException {
        List<Path> earlier;
        try (Stream<Path> copies = Files.list(Files.createDirectories(copy.getParent()))) {
            earlier =
                    copies.sorted(Comparator.comparing(App::changed).reversed()).toList();
        }
        for (Path old : earlier) {
            if (old.equals(earlier.getFirst())) {
                try (DirectoryStream<Path> caches = Files.newDirectoryStream(old, "*.aot")) {
                    for (Path unused : caches) {
                        Files.delete(unused);
                    }
                }
            } else {
                Rehearsal.delete(old);
            }
        }
    }

    private static long changed(Path directory) {
        return directory.toFile().lastModified();
    }

    void keepRecording() throws IOException {
        if (needsCache()) {
            try (FileChannel file = FileChannel.open(recording(), StandardOpenOption.WRITE)) {
                file.force(true); // or a crash of the host could leave the name without the content
            }
            Files.move(recording(), cache, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Leaves a mark where no cache could be made. */
    void settle() throws IOException {
        if (Files.exists(copy)) {
            Files.deleteIfExists(recording());
            Files.deleteIfExists(copy.resolve("recording.aot.config"));
        }
        if (needsCache()) {
            Files.createDirectories(copy);
            Files.createFile(cache);
        }
    }
}

/** What is recorded: a device enrols and sends, a person looks at the console. */
final class Rehearsal implements AutoCloseable {

    private static final Pattern CONSOLE = Pattern.compile("\"console\": (\\d+)");

    private final Path directory;
    private final Thread cleanUp = new Thread(this::clean);

    private Rehearsal(Path directory) {
        this.directory = directory;
    }

    static Rehearsal begin() throws IOException {
        Rehearsal rehearsal = new Rehearsal(Files.createTempDirectory("waxwing-start"));
        Runtime.getRuntime().addShutdownHook(rehearsal.cleanUp);
        return rehearsal;
    }

    void of(App server, App agent) throws IOException {
        if (server.exists()) {
            withServer(server, agent);
        } else {
            shell(agent, "help\nstatus\ndoctor\nqueue\nexit\n").output();
        }
    }

    private void withServer(App server, App agent) throws IOException {
        Path data = directory.resolve("data");
        // So that no settings of the operator are read.
        Files.createFile(directory.resolve("application.yml"));
        try (Java running = Java.start(directory, "", options(server, List.of("-Xmx256m"), settings(data)))) {
            running.awaitFile(data.resolve("ports.json"));
            look(Files.readString(data.resolve("ports.json")));
            if (agent.exists()) {
                Files.writeString(directory.resolve("invite"), invite(server, data));
                withDevice(running, agent);
            } else {
                running.stop();
            }
        }
    }

    private void withDevice(Java server, App agent) throws IOException {
        Files.copy(Path.of("demo", "waxwing.jpg"), directory.resolve("waxwing.jpg"));
        try (Java device = shell(agent, """
            help
            enroll --invite-file invite
            status
            doctor
            text two waxwings on the rowan
            send waxwing.jpg
            queue
            history
            exit
            """)) {
            device.awaitSaid("waxwing.jpg: accepted");
            server.stop(); // beside the device, because each writes its cache when it ends
            device.output();
        }
    }

    private static List<String> settings(Path data) {
        return List.of(
                "--waxwing.data-dir=" + data,
                "--waxwing.console.port=0",
                "--waxwing.console.bind=127.0.0.1",
                "--waxwing.listener.port=0",
                "--waxwing.listener.bind=127.0.0.1");
    }

    private String invite(App server, Path data) throws IOException {
        List<String> invite = List.of("invite", "--name", "device", "--waxwing.data-dir=" + data);
        List<String> command =
                new ArrayList<>(List.of("-jar", server.startable().toString()));
        command.addAll(invite);
        return Java.start(directory, "", command).output();
    }

    private Java shell(App agent, String lines) throws IOException {
        List<String> home = List.of("--home", directory.resolve("home").toString());
        return Java.start(directory, lines, options(agent, List.of("-Xmx192m", "-XX:+UseSerialGC"), home));
    }

    /** Records only for those that need it: the other one may have a cache already, or one that cannot be made. */
    private static List<String> options(App app, List<String> tuning, List<String> arguments) {
        List<String> options = new ArrayList<>(tuning);
        if (app.needsCache()) {
            options.add("-XX:AOTCacheOutput=" + app.recording());
        }
        options.addAll(List.of("-jar", app.startable().toString()));
        options.addAll(arguments);
        return options;
    }

    private static void look(String ports) throws IOException {
        Matcher console = CONSOLE.matcher(ports);
        if (!console.find()) {
            throw new IOException("no console in " + ports);
        }
        try (HttpClient browser = HttpClient.newHttpClient()) {
            for (String page : List.of("/login", "/actuator/health/readiness", "/api/v1/devices")) {
                URI address = URI.create("http://127.0.0.1:" + console.group(1) + page);
                browser.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding());
            }
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(cleanUp);
        clean();
    }

    private void clean() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            delete(directory);
        } catch (IOException left) {
            System.err.println("Left behind: " + directory + " (" + left.getMessage() + ")");
        }
    }

    static void delete(Path tree) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(tree)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}

/** A process of the JDK that runs this. */
record Java(Process process, Path said) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** No setting of the caller's reaches what is rehearsed. */
    private static final Set<String> ENVIRONMENT = Set.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL");

    static Java start(Path directory, String input, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        Path said = Files.createTempFile(directory, "said", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(
                        ProcessBuilder.Redirect.to(directory.resolve("errors").toFile()))
                .redirectOutput(said.toFile());
        builder.environment().keySet().retainAll(ENVIRONMENT);
        Process process = builder.start();
        try (var writer = process.outputWriter()) {
            writer.write(input);
        }
        return new Java(process, said);
    }

    static void run(List<String> options) throws IOException {
        Path directory = Files.createTempDirectory("waxwing-start");
        try (Java java = start(directory, "", options)) {
            java.output();
        } finally {
            Rehearsal.delete(directory);
        }
    }

    void awaitFile(Path file) throws IOException {
        await(() -> Files.exists(file));
    }

    void awaitSaid(String words) throws IOException {
        await(() -> Files.readString(said).contains(words));
    }

    private void await(Condition condition) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if ((ended(Duration.ofMillis(50)) && !condition.holds()) || System.nanoTime() > end) {
                throw new IOException("a rehearsing process got stuck: " + Files.readString(said));
            }
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    String output() throws IOException {
        if (!ended(PATIENCE) || process.exitValue() != 0) {
            throw new IOException("a rehearsing process did not end well: " + Files.readString(said));
        }
        return Files.readString(said);
    }

    /** Asks it to end, after which it writes its recording. */
    void stop() throws IOException {
        process.destroy();
        if (!ended(PATIENCE)) {
            throw new IOException("the rehearsing server did not stop: " + Files.readString(said));
        }
    }

    private boolean ended(Duration patience) throws IOException {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
