package dev.waxwing.server.listener;

import dev.waxwing.server.admission.Drop;
import dev.waxwing.server.admission.Entry;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.admission.Place;
import dev.waxwing.server.ingest.Recovery;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.Sessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Accepts connections of devices on the TCP port. One thread accepts; each connection is served by a virtual thread of its own.
 * On stop, no more are accepted, and the sessions there are get the time to be answered what they are owed.
 */
@Component
public final class Listener implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 1_024;
    private static final int PHASE = 0;
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final long HOUSEKEEPING_MINUTES = 60;
    private static final long REPORT_SECONDS = 10;

    private final ListenerProperties properties;
    private final ListenerAddresses addresses;
    private final Gate gate;
    private final Connections connections;
    private final Sessions sessions;
    private final Recovery recovery;
    private volatile @Nullable Running running;

    Listener(
            ListenerProperties properties,
            ListenerAddresses addresses,
            Gate gate,
            Connections connections,
            Sessions sessions,
            Recovery recovery) {
        this.properties = properties;
        this.addresses = addresses;
        this.gate = gate;
        this.connections = connections;
        this.sessions = sessions;
        this.recovery = recovery;
    }

    /** The port that devices connect to. @throws IllegalStateException while not running */
    public int port() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the listener is not running");
        }
        return now.port();
    }

    @Override
    public void start() {
        try {
            recovery.beforeStart();
            ServerSocketChannel socket = bind();
            int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
            addresses.bound(port);
            ScheduledExecutorService housekeeping = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("waxwing-housekeeping").factory());
            housekeeping.execute(guarded("look for missing content", recovery::markMissing));
            housekeeping.scheduleWithFixedDelay(
                    guarded("discard stale uploads", recovery::discardStale),
                    1,
                    HOUSEKEEPING_MINUTES,
                    TimeUnit.MINUTES);
            housekeeping.scheduleWithFixedDelay(
                    guarded("end old sessions", connections::endOverdue), 1, 1, TimeUnit.SECONDS);
            housekeeping.scheduleWithFixedDelay(
                    guarded("tell devices of the root's list", connections::tellRootList), 1, 1, TimeUnit.SECONDS);
            housekeeping.scheduleWithFixedDelay(
                    guarded("report on refusals", connections::report),
                    REPORT_SECONDS,
                    REPORT_SECONDS,
                    TimeUnit.SECONDS);
            Thread acceptor = Thread.ofPlatform().name("waxwing-listener").unstarted(() -> accept(socket));
            running = new Running(socket, port, housekeeping);
            acceptor.start();
            LOG.info("Listening for devices on {} port {}", properties.bind(), port);
        } catch (IOException e) {
            throw new UncheckedIOException("the listener could not start: " + e.getMessage(), e);
        }
    }

    private ServerSocketChannel bind() throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            // A restarted server must not wait for the connections of the one before.
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(properties.bind()), properties.port()), BACKLOG);
            return socket;
        } catch (BindException e) {
            socket.close();
            throw new ListenerBindException(properties, e);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void accept(ServerSocketChannel socket) {
        while (socket.isOpen()) {
            try {
                admit(socket.accept());
            } catch (ClosedChannelException e) {
                return; // Stopped.
            } catch (IOException e) {
                LOG.warn("A connection could not be accepted: {}", e.getMessage());
                pause();
            }
        }
    }

    /** Whoever is not heard is closed unread and unanswered. */
    private void admit(SocketChannel connection) {
        switch (entry(connection)) {
            case Entry.Heard(Place place) ->
                Thread.ofVirtual().name("waxwing-connection").start(() -> connections.serve(connection, place));
            case Entry.Dropped _ -> close(connection);
        }
    }

    private Entry entry(SocketChannel connection) {
        try {
            return gate.enter(((InetSocketAddress) connection.getRemoteAddress()).getAddress());
        } catch (IOException e) {
            return new Entry.Dropped(Drop.EARLY); // Gone already.
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("A connection that was not heard did not close cleanly", e);
        }
    }

    /** Out of file descriptors, say: trying again at once would only burn the processor. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping == null) {
            return;
        }
        stopping.housekeeping().shutdown();
        try {
            stopping.socket().close();
            sessions.endAll(Ending.SERVER_STOPS);
            connections.awaitEnd(DRAIN);
            connections.report();
        } catch (IOException e) {
            LOG.warn("The listener did not close cleanly: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private static Runnable guarded(String what, Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("Could not {}", what, e);
            }
        };
    }

    private record Running(ServerSocketChannel socket, int port, ScheduledExecutorService housekeeping) {}
}
