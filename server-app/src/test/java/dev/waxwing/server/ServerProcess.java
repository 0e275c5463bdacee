package dev.waxwing.server;

import static org.awaitility.Awaitility.await;

import dev.waxwing.enrollment.Invite;
import dev.waxwing.server.host.Subcommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own, with a small heap, that can be killed. */
final class ServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);

    private final Process process;
    private final Path dataDirectory;
    private final Path log;

    private ServerProcess(Process process, Path dataDirectory, Path log) {
        this.process = process;
        this.dataDirectory = dataDirectory;
        this.log = log;
    }

    static ServerProcess start(Path dataDirectory, Path log, String... settings) throws IOException {
        return start(List.of(WaxwingServer.class.getName()), dataDirectory, log, settings);
    }

    /** A server with another main class, which may have arguments of its own. */
    static ServerProcess start(List<String> main, Path dataDirectory, Path log, String... settings) throws IOException {
        // What a killed server left behind would be taken for the new one's.
        Files.deleteIfExists(dataDirectory.resolve("ports.json"));
        List<String> arguments = new ArrayList<>(main);
        arguments.addAll(List.of(
                "--waxwing.data-dir=" + dataDirectory,
                "--waxwing.console.port=0",
                "--waxwing.listener.port=0",
                "--waxwing.listener.bind=127.0.0.1"));
        arguments.addAll(List.of(settings));
        Process process = java(log, arguments);
        ServerProcess server = new ServerProcess(process, dataDirectory, log);
        await().atMost(START).until(server::isReady);
        return server;
    }

    /** A process of this class path: options of the JVM, the main class, its arguments. */
    static Process java(Path log, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private boolean isReady() throws IOException {
        if (!process.isAlive()) {
            throw new AssertionError("the server did not start:\n" + Files.readString(log));
        }
        return Files.exists(dataDirectory.resolve("ports.json"));
    }

    int listenerPort() throws IOException {
        return port("listener");
    }

    int consolePort() throws IOException {
        return port("console");
    }

    private int port(String name) throws IOException {
        Matcher port = Pattern.compile("\"" + name + "\": (\\d+)")
                .matcher(Files.readString(dataDirectory.resolve("ports.json")));
        if (!port.find()) {
            throw new AssertionError("no " + name + " in ports.json");
        }
        return Integer.parseInt(port.group(1));
    }

    /** Asks the running server for an invite, as the host's owner does. */
    Invite invite(String name) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exit = Subcommands.run(
                new String[] {"invite", "--name", name, "--waxwing.data-dir=" + dataDirectory},
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);
        if (exit != 0) {
            throw new AssertionError("invite ended with " + exit);
        }
        return Invite.parse(out.toString(StandardCharsets.UTF_8));
    }

    /** Asks over REST, as an administrator, and goes on meanwhile: the status of the answer, 0 when the server died before it. */
    CompletableFuture<Integer> asked(String path, String authorization, String json) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + consolePort() + path))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build();
        return CompletableFuture.supplyAsync(() -> {
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(request, BodyHandlers.discarding()).statusCode();
            } catch (IOException e) {
                return 0;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** As {@code kill} does; returns the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
