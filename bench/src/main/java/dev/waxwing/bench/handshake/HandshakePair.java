package dev.waxwing.bench.handshake;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server and a client of ours, each in a JVM of its own, with certificates made for the run. */
final class HandshakePair implements Subject {

    private static final List<String> JVM = List.of("-Xmx256m");

    private final String name;
    private final Class<?> serverMain;
    private final Class<?> clientMain;
    private final KeyWriter keys;
    private final Effort effort;
    private @Nullable Worker server;
    private @Nullable Worker client;

    /** Writes the keys of both ends into a directory. */
    @FunctionalInterface
    interface KeyWriter {

        void write(Path directory) throws IOException;
    }

    private HandshakePair(String name, Class<?> serverMain, Class<?> clientMain, KeyWriter keys, Effort effort) {
        this.name = name;
        this.serverMain = serverMain;
        this.clientMain = clientMain;
        this.keys = keys;
        this.effort = effort;
    }

    static HandshakePair channel(Effort effort) {
        return new HandshakePair(
                "waxwing-channel", ChannelServer.class, ChannelClient.class, ChannelKeys::write, effort);
    }

    static HandshakePair jsse(Effort effort) {
        return new HandshakePair("jsse", JsseServer.class, JsseClient.class, Tls::writeKeys, effort);
    }

    static HandshakePair netty(Effort effort) {
        return new HandshakePair("netty-tcnative", NettyServer.class, NettyClient.class, Tls::writeKeys, effort);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return serverMain == NettyServer.class ? BoringSsl.missing() : Optional.empty();
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        keys.write(workDirectory);
        List<String> jvm = new ArrayList<>(JVM);
        jvm.addAll(Tls.WITHOUT_RESUMPTION);
        Worker started =
                Worker.start(serverMain, jvm, List.of(workDirectory.toString()), workDirectory.resolve("server.log"));
        server = started;
        String port = started.greeting().get("port").asString();
        Worker dialer = Worker.start(
                clientMain, jvm, List.of(workDirectory.toString(), port), workDirectory.resolve("client.log"));
        client = dialer;
        effort.warm(dialer);
    }

    @Override
    public Sample sample() throws IOException {
        if (server == null || client == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return effort.sample(client, List.of(server.pid(), client.pid()));
    }

    @Override
    public void close() throws IOException {
        try (Worker _ = server;
                Worker _ = client) {
            server = null;
            client = null;
        }
    }
}
