package dev.waxwing.server.listener;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.channel.Accepted;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.RefusedHandshakeException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.channel.ServerEndpoint;
import dev.waxwing.channel.SourcePrefix;
import dev.waxwing.server.admission.Conduct;
import dev.waxwing.server.admission.Drop;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.admission.Place;
import dev.waxwing.server.audit.Origin;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.server.classic.ClassicDoor;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.server.session.Traffic;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Serves connections, each on a thread of its own, from the first byte to the one line of log at its end. */
@Component
final class Connections {

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** When many sessions end at once, their entries must not keep what ends them from the database. */
    private static final int ENDINGS_AT_ONCE = 2;

    private final Semaphore endings = new Semaphore(ENDINGS_AT_ONCE);

    /** Connections without a session that have a line of log each, between two reports. */
    private static final int SHOWN_UNFINISHED = 50;

    private final ServerEndpoint endpoint;
    private final ClassicDoor classic;
    private final Sessions sessions;
    private final Ingest ingest;
    private final DeviceRegister devices;
    private final Revocation revocation;
    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final AuditTrail audit;
    private final RefusalLedger ledger;
    private final Gate gate;
    private final Traffic traffic;
    private final Clock clock;
    private final SecureRandom random;
    private final Set<DeviceSession> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicLongArray reported = new AtomicLongArray(Drop.values().length);

    Connections(
            ServerEndpoint endpoint,
            ClassicDoor classic,
            Sessions sessions,
            Ingest ingest,
            DeviceRegister devices,
            Revocation revocation,
            CertificateAuthority authority,
            Inventory inventory,
            AuditTrail audit,
            RefusalLedger ledger,
            Gate gate,
            Traffic traffic,
            Clock clock,
            SecureRandom random) {
        this.endpoint = endpoint;
        this.classic = classic;
        this.sessions = sessions;
        this.ingest = ingest;
        this.devices = devices;
        this.revocation = revocation;
        this.authority = authority;
        this.inventory = inventory;
        this.audit = audit;
        this.ledger = ledger;
        this.gate = gate;
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Serves one connection until it ends or has become a session.
     *
     * @param place left once the handshake is over
     */
    void serve(SocketChannel socket, Place place) {
        Origin.run(address(socket, place), () -> serveFromThere(socket, place));
    }

    private static String address(SocketChannel socket, Place place) {
        try {
            return remote(socket);
        } catch (IOException e) {
            return place.source().text(); // It is gone already.
        }
    }

    private void serveFromThere(SocketChannel socket, Place place) {
        String remote = place.source().text();
        Incident incident = Incident.fresh(random);
        boolean isSession = false;
        try {
            remote = remote(socket);
            Accepted accepted = handshake(socket, incident);
            if (!(accepted instanceof Accepted.OtherProtocol)) {
                place.leave(Conduct.AUTHENTICATED);
            }
            switch (accepted) {
                case Accepted.OtherProtocol(var arrived) -> classic.serve(socket, arrived, incident, place);
                case Accepted.Connected(SecureChannel channel) -> {
                    begin(channel, remote, incident);
                    isSession = true;
                }
                case Accepted.Enrolled enrolled -> enrolled(enrolled, remote, place.source());
            }
        } catch (RefusedHandshakeException e) {
            place.leave(conduct(e));
            refused(remote, place.source(), e);
        } catch (PeerAlertException e) {
            place.leave(Conduct.LEFT);
            givenUp(remote, place.source(), incident, e.alert().code());
        } catch (SocketTimeoutException e) {
            place.leave(Conduct.NO_SHOW);
            unfinished(remote, "time_limit", e);
        } catch (IOException e) {
            place.leave(Conduct.LEFT);
            unfinished(remote, "left", e);
        } catch (RuntimeException e) {
            LOG.error("{}: the connection failed, reference {}", remote, incident, e);
        } finally {
            place.close(); // Nobody is blamed who was not before.
            if (!isSession) {
                close(socket);
            }
        }
    }

    private void enrolled(Accepted.Enrolled enrolled, String remote, SourcePrefix source) {
        String name = enrolled.name().value();
        devices.enrolled(name, SerialNumber.of(enrolled.certificate()).toString());
        sessions.endClassic(name, Ending.CLASSIC_CLOSED);
        LOG.info("{}: enrolled {}", remote, name);
        if (enrolled.fault() != null) {
            refused(remote, source, enrolled.fault());
        }
    }

    private static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed or not, nobody uses it any more.
        }
    }

    private Accepted handshake(SocketChannel socket, Incident incident) throws IOException, RefusedHandshakeException {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        return endpoint.accept(socket, incident, classic::opensFor);
    }

    private static Conduct conduct(RefusedHandshakeException refusal) {
        if (refusal.alert().isEmpty()) {
            return Conduct.PROTOCOL_ERROR;
        }
        return switch (refusal.alert().get().code()) {
            case PROTOCOL_ERROR -> Conduct.PROTOCOL_ERROR;
            case AUTH_FAILED -> Conduct.AUTH_FAILED;
            case UNSUPPORTED -> Conduct.LEFT;
            case BUSY, POLICY, GOING_AWAY, INTERNAL -> Conduct.BLAMELESS;
        };
    }

    /** Opens a session, which then has a thread of its own. */
    private void begin(SecureChannel channel, String remote, Incident incident) {
        DeviceSession session = new DeviceSession(channel, remote, ingest, audit, clock, incident);
        boolean begun = false;
        open.add(session);
        try {
            sessions.open(session);
            // A revocation between the handshake and the register would have found nobody to end, nor would a
            // successor.
            if (revocation.find(session.certificate()).isPresent() || authority.hasRevoked(session.issuer())) {
                session.end(Ending.REVOKED);
            } else if (!inventory.isInPlace(session.certificate())) {
                session.end(Ending.TAKEN_OVER);
            }
            session.begin();
            begun = true;
        } finally {
            if (!begun) {
                over(session, channel, "internal failure");
            }
        }
        // This thread's stack has grown with the handshake and the database, and would keep its size for hours. What
        // the
        // framework lets threads inherit would be a map for each of thousands.
        Thread.ofVirtual()
                .name("waxwing-session")
                .inheritInheritableThreadLocals(false)
                .start(Origin.carried(() -> run(session, channel)));
    }

    private void run(DeviceSession session, SecureChannel channel) {
        String reason = "internal failure";
        try {
            reason = session.run();
        } catch (RuntimeException e) {
            LOG.error("a session of {} failed", session.device(), e);
        } finally {
            over(session, channel, reason);
        }
    }

    private void over(DeviceSession session, SecureChannel channel, String reason) {
        // Whatever went wrong before it was read, its timers must not keep it, nor its keys.
        channel.abort();
        sessions.closed(session, reason);
        recordEnd(session);
        open.remove(session);
        signalEnd();
    }

    private void recordEnd(DeviceSession session) {
        endings.acquireUninterruptibly();
        try {
            session.recordEnd();
            devices.left(session.device());
        } finally {
            endings.release();
        }
    }

    private void refused(String remote, SourcePrefix source, RefusedHandshakeException refusal) {
        String word = word(refusal);
        traffic.handshakeRefused(word);
        AuditEvent event = new AuditEvent(
                "peer " + remote,
                "session.refused",
                refusal.certificate()
                        .map(certificate ->
                                certificate.getSubjectX500Principal().getName())
                        .orElse("no certificate"),
                Outcome.REFUSED,
                refusal.incident().toString(),
                refusal.reason());
        boolean alone =
                ledger.record(source.text(), word, event, refusal.alert().isPresent());
        if (alone) {
            LOG.info("{}: refused, {}, reference {}", remote, word, refusal.incident());
        }
        if (refusal.getCause() instanceof RuntimeException failure) {
            LOG.error("{}: the server failed, reference {}", remote, refusal.incident(), failure);
        }
    }

    /**
     * The device ended the handshake. It never says why; but an honest one of this deployment that does not believe the
     * server has, most often, a wrong clock.
     */
    private void givenUp(String remote, SourcePrefix source, Incident incident, AlertCode code) {
        boolean isDistrust = code == AlertCode.AUTH_FAILED;
        String word = isDistrust ? "distrusted_by_device" : "given_up_by_device";
        traffic.handshakeRefused(word);
        AuditEvent event = new AuditEvent(
                "peer " + remote,
                "session.refused",
                "no certificate",
                Outcome.REFUSED,
                incident.toString(),
                isDistrust
                        ? "the device does not believe this server; its clock may be wrong, or it belongs to another"
                                + " deployment"
                        : "the device gave up: " + code);
        if (ledger.record(source.text(), word, event, false)) {
            LOG.info("{}: no session, {}, reference {}", remote, word, incident);
        }
    }

    /** The internal reason, in a word. */
    private static String word(RefusedHandshakeException refusal) {
        for (Throwable cause = refusal.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UntrustedException untrusted) {
                return untrusted.reason().name().toLowerCase(Locale.ROOT);
            }
        }
        for (Throwable cause = refusal.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused && refused.code() == AlertCode.AUTH_FAILED) {
                return "invite";
            }
        }
        return refusal.alert()
                .map(alert -> alert.code().name().toLowerCase(Locale.ROOT))
                .orElse("other_protocol");
    }

    private void unfinished(String remote, String word, IOException e) {
        traffic.handshakeUnfinished(word);
        if (unfinished.incrementAndGet() <= SHOWN_UNFINISHED) {
            LOG.info("{}: no session: {}", remote, e.getMessage());
        }
    }

    /** Writes what was gathered of refusals since the last time. */
    void report() {
        ledger.flush();
        int more = unfinished.getAndSet(0) - SHOWN_UNFINISHED;
        if (more > 0) {
            LOG.warn("{} more connections ended without a session since the last report", more);
        }
        String counts = Arrays.stream(Drop.values())
                .map(this::newlyDropped)
                .filter(count -> !count.isEmpty())
                .collect(Collectors.joining(", "));
        if (!counts.isEmpty()) {
            LOG.warn("Connections closed unheard since the last report: {}", counts);
        }
    }

    private String newlyDropped(Drop reason) {
        long now = gate.dropped(reason);
        long before = reported.getAndSet(reason.ordinal(), now);
        return now == before ? "" : reason.word() + " " + (now - before);
    }

    /** Ends the sessions of all devices whose certificate this authority issued. */
    void endIssuedBy(X509Certificate issuer) {
        open.stream()
                .filter(session -> session.issuer().equals(issuer))
                .forEach(session -> session.end(Ending.ISSUER_REVOKED));
    }

    /** Tells the devices of the root's newest revocation list that have not heard of it. */
    void tellRootList() {
        open.forEach(DeviceSession::tellRootList);
    }

    /** Ends the sessions whose time is over. */
    void endOverdue() {
        open.stream()
                .filter(session -> session.isOverdue(clock.instant()))
                .forEach(session -> session.end(Ending.OVERDUE));
    }

    /** Waits until all sessions have ended, but no longer than {@code patience}; what is left then is cut off. */
    void awaitEnd(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (!open.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        open.forEach(DeviceSession::abort);
    }

    private void signalEnd() {
        lock.lock();
        try {
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static String remote(SocketChannel socket) throws IOException {
        SocketAddress address = socket.getRemoteAddress();
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(address);
    }
}
