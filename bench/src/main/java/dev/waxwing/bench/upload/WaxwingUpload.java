package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.waxwing.ServerAndDevice;
import dev.waxwing.crypto.CryptoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file queued, sent, signed, stored and receipted, between the real server and a JVM with the agent's classes. */
final class WaxwingUpload implements Subject {

    /** Those of {@code bin/agent send}. */
    private static final List<String> JVM = List.of("-Xshare:auto", "-XX:+UseSerialGC", "-Xmx192m");

    private final String name;
    private final String crypto;
    private final Path repository;
    private final Path file;
    private @Nullable ServerAndDevice both;

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
        List<String> jvm = new ArrayList<>(JVM);
        jvm.add("-D" + setting);
        both = ServerAndDevice.start(
                repository,
                workDirectory,
                List.of("--" + setting),
                server -> Worker.start(
                        WaxwingSender.class,
                        jvm,
                        List.of(file.toString(), workDirectory.resolve("home").toString(), server.invite("bench")),
                        workDirectory.resolve("device.log")));
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        if (both == null) {
            throw new IllegalStateException(name + " was not started");
        }
        Sample sample = both.sample("sample");
        Disk.removeFilesOf(both.server().media(), Files.size(file));
        return sample;
    }

    @Override
    public void close() throws IOException {
        try (ServerAndDevice _ = both) {
            both = null;
        }
    }
}
