package dev.waxwing.bench.message;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.waxwing.ServerAndDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Texts to the real server, which acknowledges what its database has on the disk; groups of them get signed receipts. */
final class WaxwingMessages implements Subject {

    private final String name;
    private final String from;
    private final Path repository;
    private final int count;
    private @Nullable ServerAndDevice both;

    private WaxwingMessages(String name, String from, Path repository, int count) {
        this.name = name;
        this.from = from;
        this.repository = repository;
        this.count = count;
    }

    /** As the peers: from memory, over a session that stays open. */
    static WaxwingMessages fromMemory(Path repository, int count) {
        return new WaxwingMessages("waxwing-channel-sender", WaxwingTexts.FROM_MEMORY, repository, count);
    }

    /** With the device's own spool, so that the device forgets nothing either. */
    static WaxwingMessages fromSpool(Path repository, int count) {
        return new WaxwingMessages("waxwing-agent", WaxwingTexts.FROM_SPOOL, repository, count);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        both = ServerAndDevice.start(
                repository,
                workDirectory,
                List.of(),
                server -> Worker.start(
                        WaxwingTexts.class,
                        List.of("-Xmx192m", "-XX:+UseSerialGC"),
                        List.of(from, workDirectory.resolve("home").toString(), server.invite("bench")),
                        workDirectory.resolve("device.log")));
    }

    @Override
    public Sample sample() throws IOException {
        if (both == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return both.sample("sample " + count);
    }

    @Override
    public void close() throws IOException {
        try (ServerAndDevice _ = both) {
            both = null;
        }
    }
}
