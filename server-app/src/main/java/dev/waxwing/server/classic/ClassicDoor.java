package dev.waxwing.server.classic;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.channel.SourcePrefix;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicServer;
import dev.waxwing.classic.ClassicServerSession;
import dev.waxwing.media.Text;
import dev.waxwing.server.admission.Conduct;
import dev.waxwing.server.admission.Place;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.server.classic.ClassicRefusalException.Reason;
import dev.waxwing.server.ingest.ClassicIngest;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Quantity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Serves connections that begin as classic, each on the thread that calls. Every refusal looks the same to the peer: the
 * connection is closed without another byte. The reason is in the audit trail.
 */
@Component
public final class ClassicDoor {

    private static final Logger LOG = LoggerFactory.getLogger(ClassicDoor.class);

    /** What a connection of classic begins with: the header of its first message, {@code <HELO>}. */
    private static final int FIRST_BYTE = '<';

    /** Handshakes at once: each may wait for its peer, and holds some ten KiB. */
    private static final int MOST_HANDSHAKES = 32;

    /** How long a session of a device that came again may take to give its place to the new one. */
    private static final long PATIENCE_SECONDS = 3;

    private final ClassicProperties properties;
    private final ClassicKeyRing ring;
    private final ClassicDevices devices;
    private final ClassicNonces nonces;
    private final ClassicPermits permits;
    private final ClassicIngest ingest;
    private final Sessions sessions;
    private final ClassicMeters meters;
    private final AuditTrail audit;
    private final RefusalLedger ledger;
    private final Clock clock;
    private final SecureRandom random;
    private final ClassicPace pace = new ClassicPace(System::nanoTime);
    private final Semaphore handshakes = new Semaphore(MOST_HANDSHAKES);
    private final Semaphore places;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ClassicServer server;

    ClassicDoor(
            ClassicProperties properties,
            ClassicKeyRing ring,
            ClassicDevices devices,
            ClassicNonces nonces,
            ClassicPermits permits,
            ClassicIngest ingest,
            Sessions sessions,
            ClassicMeters meters,
            AuditTrail audit,
            RefusalLedger ledger,
            Clock clock,
            SecureRandom random) {
        this.properties = properties;
        this.ring = ring;
        this.devices = devices;
        this.nonces = nonces;
        this.permits = permits;
        this.ingest = ingest;
        this.sessions = sessions;
        this.meters = meters;
        this.audit = audit;
        this.ledger = ledger;
        this.clock = clock;
        this.random = random;
        this.places = new Semaphore(properties.maxSessions(), true);
    }

    /** Whether a connection that begins with this byte is for here. Never while classic is off. */
    public boolean opensFor(int firstByte) {
        return properties.enabled() && firstByte == FIRST_BYTE;
    }

    /**
     * Serves one connection until it ends, and closes it.
     *
     * @param arrived what was read of it so far
     * @param incident under which the audit trail has the reason of a refusal
     * @param place left once there is a session, or none; a classic device proves too little to count as authenticated
     */
    public void serve(SocketChannel socket, Bytes arrived, Incident incident, Place place) {
        String remote = place.source().text();
        try (socket) {
            InetSocketAddress peer = (InetSocketAddress) socket.getRemoteAddress();
            remote = peer.getAddress().getHostAddress() + ":" + peer.getPort();
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (!properties.allows(peer.getAddress())) {
                throw new ClassicRefusalException(Reason.FOREIGN_SOURCE, "not an allowed source of classic");
            }
            serve(socket, arrived, remote, place);
        } catch (ClassicRefusalException e) {
            place.leave(conduct(e.reason()));
            refused(remote, place.source(), e, incident);
        } catch (SocketTimeoutException e) {
            place.leave(Conduct.NO_SHOW);
            LOG.info("{}: no classic session: {}", remote, e.getMessage());
        } catch (IOException e) {
            place.leave(Conduct.LEFT);
            LOG.info("{}: no classic session: {}", remote, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{}: the classic connection failed, reference {}", remote, incident, e);
        }
    }

    private static Conduct conduct(Reason reason) {
        return switch (reason) {
            case FOREIGN_SOURCE, PROTOCOL -> Conduct.PROTOCOL_ERROR;
            case NOT_LISTED, WRONG_KEY, DISABLED, MOVED_TO_WXP2, NONCE_REPLAYED, TOO_OFTEN -> Conduct.AUTH_FAILED;
            case TOO_MANY -> Conduct.BLAMELESS;
        };
    }

    private void serve(SocketChannel channel, Bytes arrived, String remote, Place place)
            throws IOException, ClassicRefusalException {
        Socket socket = channel.socket();
        socket.setSoTimeout(Math.toIntExact(properties.handshake().toMillis()));
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(arrived.toArray()), socket.getInputStream());
        Gate gate = new Gate(devices, nonces, permits, pace, place.source());
        try (ClassicServerSession session = handshake(channel, in, socket, gate)) {
            place.leave(Conduct.BLAMELESS);
            serve(channel, session, remote, place.source());
        }
    }

    private ClassicServerSession handshake(SocketChannel channel, InputStream in, Socket socket, Gate gate)
            throws IOException, ClassicRefusalException {
        if (!handshakes.tryAcquire()) {
            throw new ClassicRefusalException(Reason.TOO_MANY, MOST_HANDSHAKES + " classic handshakes are under way");
        }
        try (CloseAfter deadline = CloseAfter.of(properties.handshake(), channel, "no whole handshake")) {
            return handshake(in, socket, gate, deadline);
        } finally {
            handshakes.release();
        }
    }

    private ClassicServerSession handshake(InputStream in, Socket socket, Gate gate, CloseAfter deadline)
            throws IOException, ClassicRefusalException {
        try {
            return server().accept(in, socket.getOutputStream(), gate);
        } catch (ProtocolException e) {
            Reason reason = gate.refusal().orElse(Reason.PROTOCOL);
            throw gate.listedName()
                    .map(name -> new ClassicRefusalException(reason, name, e.reason()))
                    .orElseGet(() -> new ClassicRefusalException(reason, e.reason()));
        } catch (NoPermitException e) {
            throw new ClassicRefusalException(Reason.TOO_MANY, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw deadline.hasPassed() ? tooSlow(e) : e;
        }
    }

    private static SocketTimeoutException tooSlow(IOException cause) {
        SocketTimeoutException tooSlow = new SocketTimeoutException("no whole handshake in time");
        tooSlow.initCause(cause);
        return tooSlow;
    }

    private void serve(SocketChannel channel, ClassicServerSession session, String remote, SourcePrefix source)
            throws IOException, ClassicRefusalException {
        ClassicSession live =
                new ClassicSession(channel, session, remote, devices, ingest, meters, audit, clock, random);
        // An older session of the same device has to make room first.
        if (!sessions.open(live)) {
            throw new ClassicRefusalException(
                    Reason.MOVED_TO_WXP2, live.device(), live.device() + " is connected by WXP/2");
        }
        String end = "internal failure";
        try {
            requirePlace(live.device());
            try (var _ = CloseAfter.of(properties.session(), channel, "its time is over")) {
                channel.socket().setSoTimeout(Math.toIntExact(properties.idle().toMillis()));
                meters.opened();
                end = live.run();
                if (live.hasShownKey()) {
                    pace.forgive(live.device(), source);
                }
            } finally {
                places.release();
            }
        } catch (ClassicRefusalException e) {
            end = String.valueOf(e.getMessage());
            throw e;
        } finally {
            sessions.closed(live, end);
        }
    }

    private void requirePlace(String device) throws IOException, ClassicRefusalException {
        try {
            if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new ClassicRefusalException(
                        Reason.TOO_MANY,
                        device,
                        "no more than " + Quantity.of(properties.maxSessions(), "classic session") + " at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a place");
        }
    }

    /** Made when it is first needed: its keys are. */
    private ClassicServer server() {
        lock.lock();
        try {
            ClassicServer made = server;
            if (made == null) {
                ClassicLimits limits = new ClassicLimits(
                        Text.MAX_BYTES, Math.toIntExact(properties.maxFile().toBytes()));
                made = new ClassicServer(ring.server(), ring.authority(), limits, random);
                server = made;
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    private void refused(String remote, SourcePrefix source, ClassicRefusalException refusal, Incident incident) {
        String word = refusal.reason().name().toLowerCase(Locale.ROOT);
        meters.refused(word);
        AuditEvent event = new AuditEvent(
                "peer " + remote,
                "classic.refused",
                refusal.subject(),
                Outcome.REFUSED,
                incident.toString(),
                refusal.getMessage());
        if (ledger.record(source.text(), "classic_" + word, event, false)) {
            LOG.info("{}: classic refused, {}, reference {}", remote, word, incident);
        }
    }

    @EventListener(ApplicationReadyEvent.class)
    void warn() {
        if (properties.enabled()) {
            LOG.warn(
                    "The classic protocol is on, and it is insecure. It is served to {}.", properties.allowedSources());
        }
    }

    /** What was decided about a device holds at once. */
    @EventListener
    void on(ClassicDeviceChanged event) {
        if (event.ends()) {
            sessions.endClassic(event.name(), Ending.CLASSIC_CLOSED);
        }
    }
}
