package dev.waxwing.bench.waxwing;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The real server, and a JVM that is a device of it. Used by one thread.
 *
 * @param device answers a command with the amount it did and the seconds that took
 */
public record ServerAndDevice(RealServer server, Worker device) implements AutoCloseable {

    /** Starts the device of a server that runs. */
    @FunctionalInterface
    public interface DeviceStart {

        Worker of(RealServer server) throws IOException, InterruptedException;
    }

    /**
     * Starts both.
     *
     * @param repository where {@code bin/server} is
     * @param directory for the server's data and log
     * @param settings of the server, such as {@code --waxwing.channel.crypto=jdk}
     */
    public static ServerAndDevice start(Path repository, Path directory, List<String> settings, DeviceStart device)
            throws IOException, InterruptedException {
        RealServer server = RealServer.start(repository, directory, settings);
        boolean started = false;
        try {
            ServerAndDevice both = new ServerAndDevice(server, device.of(server));
            started = true;
            return both;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    public List<Long> pids() {
        return List.of(server.pid(), device.pid());
    }

    /** Has the device do something, and counts the processor time of both. */
    public Sample sample(String command) throws IOException {
        CpuTime cpu = new CpuTime(pids());
        double before = cpu.read();
        JsonNode done = device.ask(command);
        double used = cpu.read() - before;
        return new Sample(done.get("amount").asDouble(), done.get("seconds").asDouble(), used);
    }

    @Override
    public void close() throws IOException {
        try (server;
                device) {
            // Both are closed, whatever becomes of the other.
        }
    }
}
