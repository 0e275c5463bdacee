package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.waxwing.RealServer;
import dev.waxwing.crypto.CryptoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A file queued, sent, signed, stored and receipted, between the real server and a JVM with the agent's classes. */
final class WaxwingUpload implements Subject {

    /** Those of {@code bin/agent send}. */
    private static final List<String> JVM = List.of("-Xshare:auto", "-XX:+UseSerialGC", "-Xmx192m");

    private final String name;
    private final String crypto;
    private final Path repository;
    private final Path file;
    private @Nullable RealServer server;
    private @Nullable Worker device;

    private WaxwingUpload(String name, String crypto, Path repository, Path file) {
        this.name = name;
        this.crypto = crypto;
        this.repository = repository;
        this.file = file;
    }

    static WaxwingUpload asItShips(Path repository, Path file) {
        return new WaxwingUpload("waxwing", "best", repository, file);
    }

    /** Both ends with the Java runtime's cryptography alone. */
    static WaxwingUpload withJdkAlone(Path repository, Path file) {
        return new WaxwingUpload("waxwing-jdk", "jdk", repository, file);
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
        String setting = CryptoProvider.SETTING + "=" + crypto;
        RealServer started = RealServer.start(repository, workDirectory, List.of("--" + setting));
        server = started;
        List<String> jvm = new ArrayList<>(JVM);
        jvm.add("-D" + setting);
        device = Worker.start(
                WaxwingSender.class,
                jvm,
                List.of(file.toString(), workDirectory.resolve("home").toString(), started.invite("bench")),
                workDirectory.resolve("device.log"));
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        if (server == null || device == null) {
            throw new IllegalStateException(name + " was not started");
        }
        CpuTime cpu = new CpuTime(List.of(server.pid(), device.pid()));
        double before = cpu.read();
        JsonNode done = device.ask("sample");
        double used = cpu.read() - before;
        Disk.removeFilesOf(server.media(), Files.size(file));
        return new Sample(done.get("amount").asDouble(), done.get("seconds").asDouble(), used);
    }

    @Override
    public void close() throws IOException {
        try (RealServer _ = server;
                Worker _ = device) {
            server = null;
            device = null;
        }
    }
}
