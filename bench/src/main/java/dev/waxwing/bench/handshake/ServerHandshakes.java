package dev.waxwing.bench.handshake;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.waxwing.ServerAndDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sessions of the real server, with its database, audit log and register of sessions, which are opened and closed. */
final class ServerHandshakes implements Subject {

    private final Path repository;
    private final Effort effort;
    private @Nullable ServerAndDevice both;

    ServerHandshakes(Path repository, Effort effort) {
        this.repository = repository;
        this.effort = effort;
    }

    @Override
    public String name() {
        return "waxwing-server";
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        // What is counted by source does not apply to loopback, which is exempt by default (docs/operations.md).
        ServerAndDevice started = ServerAndDevice.start(
                repository,
                workDirectory,
                List.of(),
                server -> Worker.start(
                        ServerClient.class,
                        List.of("-Xmx256m"),
                        List.of(
                                workDirectory.resolve("home").toString(),
                                server.invite("bench"),
                                String.valueOf(server.port())),
                        workDirectory.resolve("client.log")));
        both = started;
        effort.warm(started.device());
    }

    @Override
    public Sample sample() throws IOException {
        if (both == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        return effort.sample(both.device(), both.pids());
    }

    @Override
    public void close() throws IOException {
        try (ServerAndDevice _ = both) {
            both = null;
        }
    }
}
