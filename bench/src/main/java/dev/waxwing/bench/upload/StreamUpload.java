package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A file sent through one connection between two JVMs: the receiver stores it and answers when all of it is
 * written. One sample includes making the connection.
 */
final class StreamUpload implements Subject {

    private static final List<String> JVM = List.of("-Xmx256m");

    private final String name;
    private final Class<?> receiverMain;
    private final Class<?> senderMain;
    private final boolean isTls;
    private final Care care;
    private final Path file;
    private @Nullable Worker receiver;
    private @Nullable Worker sender;
    private @Nullable Path store;

    private StreamUpload(String name, Class<?> receiverMain, Class<?> senderMain, boolean isTls, Care care, Path file) {
        this.name = name + care.suffix();
        this.receiverMain = receiverMain;
        this.senderMain = senderMain;
        this.isTls = isTls;
        this.care = care;
        this.file = file;
    }

    static StreamUpload plain(Path file, Care care) {
        return new StreamUpload("plain-socket", PlainReceiver.class, PlainSender.class, false, care, file);
    }

    /** TLS 1.3 of the JDK, both ends authenticated. */
    static StreamUpload jsse(Path file, Care care) {
        return new StreamUpload("jsse", JsseReceiver.class, JsseSender.class, true, care, file);
    }

    /** TLS 1.3 of Netty with BoringSSL, both ends authenticated. */
    static StreamUpload netty(Path file) {
        return new StreamUpload("netty-tcnative", NettyReceiver.class, NettySender.class, true, Care.WRITTEN, file);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return senderMain == NettySender.class ? BoringSsl.missing() : Optional.empty();
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(workDirectory.resolve("received"));
        store = directory;
        if (isTls) {
            Tls.writeKeys(workDirectory);
        }
        Worker started = Worker.start(
                receiverMain,
                JVM,
                List.of(directory.toString(), care.name(), workDirectory.toString()),
                workDirectory.resolve("receiver.log"));
        receiver = started;
        String port = started.greeting().get("port").asString();
        sender = Worker.start(
                senderMain,
                JVM,
                List.of(file.toString(), port, workDirectory.toString(), care.name()),
                workDirectory.resolve("sender.log"));
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        if (receiver == null || sender == null || store == null) {
            throw new IllegalStateException(name + " was not started");
        }
        CpuTime cpu = new CpuTime(List.of(receiver.pid(), sender.pid()));
        double before = cpu.read();
        JsonNode done = sender.ask("sample");
        double used = cpu.read() - before;
        Disk.removeFilesOf(store, Files.size(file));
        return new Sample(done.get("amount").asDouble(), done.get("seconds").asDouble(), used);
    }

    @Override
    public void close() throws IOException {
        try (Worker _ = receiver;
                Worker _ = sender) {
            receiver = null;
            sender = null;
        }
    }
}
