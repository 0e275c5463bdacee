package dev.waxwing.bench.waxwing;

import dev.waxwing.bench.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A server started by {@code bin/server} on a data directory of its own, at free ports of the loopback interface. */
public final class RealServer implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final Path script;
    private final Path data;
    private final Child process;

    private RealServer(Path script, Path data, Child process) {
        this.script = script;
        this.data = data;
        this.process = process;
    }

    /**
     * Starts one and waits until devices can connect.
     *
     * @param repository where {@code bin/server} is
     * @param directory for its data and its log
     * @param settings such as {@code --waxwing.channel.crypto=jdk}
     */
    public static RealServer start(Path repository, Path directory, List<String> settings)
            throws IOException, InterruptedException {
        Path script = repository.resolve("bin/server");
        Path data = directory.resolve("data");
        List<String> command = new ArrayList<>(List.of(
                script.toString(),
                "--waxwing.data-dir=" + data,
                "--waxwing.console.port=0",
                "--waxwing.listener.port=0",
                "--waxwing.listener.bind=127.0.0.1"));
        command.addAll(settings);
        Child process = Child.start(command, Map.of(), directory.resolve("server.log"));
        RealServer server = new RealServer(script, data, process);
        boolean ready = false;
        try {
            process.await(() -> Files.exists(server.ports()));
            ready = true;
            return server;
        } finally {
            if (!ready) {
                process.close();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Where it stores what it received. */
    public Path media() {
        return data.resolve("media");
    }

    /** The port that devices connect to. */
    public int port() throws IOException {
        return JSON.readTree(Files.readString(ports())).get("listener").asInt();
    }

    /** The port of the console and the REST interface. */
    int consolePort() throws IOException {
        return JSON.readTree(Files.readString(ports())).get("console").asInt();
    }

    private Path ports() {
        return data.resolve("ports.json");
    }

    /** Makes an invite by the server's subcommand. */
    public String invite(String device) throws IOException, InterruptedException {
        Process invite = new ProcessBuilder(script.toString(), "invite", "--name", device, "--waxwing.data-dir=" + data)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(invite.getInputStream().readAllBytes()).strip();
        if (invite.waitFor() != 0) {
            throw new IOException("bin/server invite ended with " + invite.exitValue());
        }
        return text;
    }

    @Override
    public void close() {
        process.close();
    }
}
