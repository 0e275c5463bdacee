package dev.waxwing.bench.message;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.pki.PemFiles;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Child;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Programs;
import dev.waxwing.bench.process.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages published with QoS 1 to a Mosquitto of its own over mutual TLS 1.3, and counted when they are acknowledged.
 *
 * <p>Nothing is durable by then: persistence is off, as it is by default, and no setting makes an acknowledgement wait for the disk.
 * With {@code persistence true} the broker writes its memory out when it ends and every {@code autosave_interval}.
 */
final class MosquittoMessages implements Subject {

    private final String name;
    private final boolean kept;
    private final int count;
    private @Nullable Child broker;
    private @Nullable Worker publisher;

    private MosquittoMessages(String name, boolean kept, int count) {
        this.name = name;
        this.kept = kept;
        this.count = count;
    }

    /** Nobody subscribes, so the broker acknowledges each message and drops it: the least that it can do. */
    static MosquittoMessages withoutReader(int count) {
        return new MosquittoMessages("mosquitto-qos1", false, count);
    }

    /** Somebody subscribed and is away, so the broker keeps each message in memory. */
    static MosquittoMessages keptForReader(int count) {
        return new MosquittoMessages("mosquitto-qos1-kept", true, count);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("mosquitto", "mosquitto");
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        PemFiles keys = PemFiles.write(workDirectory);
        int port = Child.freePort();
        Path configuration = Files.writeString(workDirectory.resolve("mosquitto.conf"), configuration(keys, port));
        Child started = Child.start(
                List.of(Programs.path("mosquitto"), "-c", configuration.toString()),
                Map.of(),
                workDirectory.resolve("mosquitto.log"));
        broker = started;
        started.awaitPort(port);
        publisher = Worker.start(
                MqttPublisher.class,
                List.of("-Xmx512m"),
                List.of(keys.clientStore().toString(), String.valueOf(port), String.valueOf(kept)),
                workDirectory.resolve("publisher.log"));
    }

    private static String configuration(PemFiles keys, int port) {
        String user = "root".equals(System.getProperty("user.name")) ? "user root" : "";
        return """
            listener %d 127.0.0.1
            cafile %s
            certfile %s
            keyfile %s
            require_certificate true
            tls_version tlsv1.3
            ciphers_tls1.3 %s
            allow_anonymous true
            set_tcp_nodelay true
            max_inflight_messages 0
            max_queued_messages 0
            max_queued_bytes 0
            persistence false
            log_type error
            %s
            """.formatted(port, keys.root(), keys.serverChain(), keys.serverKey(), Tls.SUITE, user);
    }

    @Override
    public Sample sample() throws IOException {
        if (broker == null || publisher == null) {
            throw new IllegalStateException(name + " was not started");
        }
        CpuTime cpu = new CpuTime(List.of(broker.pid(), publisher.pid()));
        double before = cpu.read();
        var done = publisher.ask("sample " + count);
        double used = cpu.read() - before;
        return new Sample(done.get("amount").asDouble(), done.get("seconds").asDouble(), used);
    }

    @Override
    public void close() throws IOException {
        try (Child _ = broker;
                Worker _ = publisher) {
            broker = null;
            publisher = null;
        }
    }
}
