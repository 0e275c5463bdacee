package dev.waxwing.bench.idle;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.handshake.ChannelKeys;
import dev.waxwing.bench.handshake.ChannelServer;
import dev.waxwing.bench.handshake.JsseServer;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Heap;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.waxwing.InvitingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The live heap of a server for each session of a client in another process: its growth from a few sessions to many, after a full
 * collection each time. What it is made of is written beside the results.
 */
final class IdleSessions implements Subject {

    private static final List<String> JVM = List.of("-Xmx512m");
    private static final int CLASSES = 25;

    private final String name;
    private final Starting starting;
    private final Extent extent;
    private @Nullable Ends ends;

    /**
     * How many sessions there are at the two points where memory is measured.
     *
     * @param notes directory for what the growth is made of
     */
    record Extent(int few, int many, Path notes) {}

    /**
     * @param server closes it
     * @param pid of the server
     */
    private record Ends(AutoCloseable server, long pid, Worker clients) {}

    @FunctionalInterface
    private interface Starting {

        Ends start(Path workDirectory, int sessions) throws IOException, InterruptedException;
    }

    private IdleSessions(String name, Starting starting, Extent extent) {
        this.name = name;
        this.starting = starting;
        this.extent = extent;
    }

    /** The channel alone. */
    static IdleSessions channel(Extent extent) {
        return new IdleSessions("waxwing-channel", (work, _) -> startChannel(work), extent);
    }

    /** The real server, with a device for each session. */
    static IdleSessions server(Path repository, Extent extent) {
        return new IdleSessions("waxwing-server", (work, sessions) -> startServer(repository, work, sessions), extent);
    }

    /** TLS of the JDK, a virtual thread for each connection. */
    static IdleSessions jsse(Extent extent) {
        return new IdleSessions("jsse", (work, _) -> startJsse(work), extent);
    }

    private static Ends startChannel(Path work) throws IOException, InterruptedException {
        ChannelKeys.write(work);
        return workers(ChannelServer.class, JVM, "channel", work);
    }

    private static Ends startJsse(Path work) throws IOException, InterruptedException {
        Tls.writeKeys(work);
        List<String> jvm = List.of(JVM.getFirst(), Tls.WITHOUT_RESUMPTION.getFirst(), Tls.WITHOUT_RESUMPTION.getLast());
        return workers(JsseServer.class, jvm, "jsse", work);
    }

    private static Ends workers(Class<?> main, List<String> jvm, String kind, Path work)
            throws IOException, InterruptedException {
        Worker server = Worker.start(main, jvm, List.of(work.toString()), work.resolve("server.log"));
        return new Ends(
                server,
                server.pid(),
                clients(
                        List.of(
                                kind,
                                work.toString(),
                                server.greeting().get("port").asString()),
                        work));
    }

    private static Ends startServer(Path repository, Path work, int sessions) throws IOException, InterruptedException {
        InvitingServer server = InvitingServer.start(repository, work, List.of());
        boolean started = false;
        try {
            Path invites = Files.write(work.resolve("invites"), server.invites(sessions));
            Ends ends = new Ends(server, server.pid(), clients(List.of("server", invites.toString()), work));
            started = true;
            return ends;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    private static Worker clients(List<String> arguments, Path work) throws IOException, InterruptedException {
        return Worker.start(IdleClients.class, JVM, arguments, work.resolve("clients.log"));
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
        ends = starting.start(workDirectory, extent.many());
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        Ends now = ends;
        if (now == null) {
            throw new IllegalStateException(name + " was not started");
        }
        now.clients().ask("open " + extent.few());
        Heap few = Heap.of(now.pid());
        now.clients().ask("open " + extent.many());
        Heap many = Heap.of(now.pid());
        now.clients().ask("close");
        int sessions = extent.many() - extent.few();
        Files.writeString(extent.notes().resolve("idle-" + name + ".txt"), many.growthSince(few, sessions, CLASSES));
        // Not a rate: what is counted is divided by one.
        return new Sample((double) (many.bytes() - few.bytes()) / sessions, 1, 0);
    }

    @Override
    public void close() throws IOException {
        Ends now = ends;
        ends = null;
        if (now == null) {
            return;
        }
        try {
            now.clients().close();
        } finally {
            close(now.server());
        }
    }

    private static void close(AutoCloseable server) throws IOException {
        try {
            server.close();
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }
}
