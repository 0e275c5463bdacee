package dev.waxwing.bench.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A process of a subject that runs until it is closed. Its output goes into a file. */
public final class Child implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long TICK_MILLIS = 20;

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * @param command the program and its arguments
     * @param environment beside that of this process
     * @param log gets standard output and standard error
     */
    public static Child start(List<String> command, Map<String, String> environment, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        // A worker ends with its input; other programs would outlive a run that was stopped.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return new Child(Path.of(command.getFirst()).getFileName().toString(), process, log);
    }

    public long pid() {
        return process.pid();
    }

    /** A condition that comes true when a process is ready. */
    @FunctionalInterface
    public interface Condition {

        boolean holds() throws IOException;
    }

    /**
     * Waits for a condition.
     *
     * @throws IOException if the process ends before, or it takes too long; with the end of its output
     */
    public void await(Condition ready) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.holds()) {
            if (!process.isAlive()) {
                throw new IOException("%s ended with %d: %s".formatted(name, process.exitValue(), lastLines()));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("%s is not ready after %s: %s".formatted(name, PATIENCE, lastLines()));
            }
            Thread.sleep(TICK_MILLIS);
        }
    }

    /** Waits until something listens at a port of this machine. */
    public void awaitPort(int port) throws IOException, InterruptedException {
        await(() -> isListening(port));
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A port that was free a moment ago, for servers that cannot choose one themselves. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Whether a program can be started by its name. */
    public static boolean isInstalled(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":"))
                .filter(directory -> !directory.isEmpty())
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** Asks the process to end, and ends it if it does not. */
    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        Ending.await(process);
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
