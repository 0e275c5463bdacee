package dev.waxwing.server.listener;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.channel.Accepted;
import dev.waxwing.channel.RefusedHandshakeException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.channel.ServerEndpoint;
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
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
    private final ServerEndpoint endpoint;
    private final ClassicDoor classic;
    private final Sessions sessions;
    private final Ingest ingest;
    private final DeviceRegister devices;
    private final Revocation revocation;
    private final AuditTrail audit;
    private final Traffic traffic;
    private final Clock clock;
    private final SecureRandom random;
    private final Set<DeviceSession> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    Connections(
            ServerEndpoint endpoint,
            ClassicDoor classic,
            Sessions sessions,
            Ingest ingest,
            DeviceRegister devices,
            Revocation revocation,
            AuditTrail audit,
            Traffic traffic,
            Clock clock,
            SecureRandom random) {
        this.endpoint = endpoint;
        this.classic = classic;
        this.sessions = sessions;
        this.ingest = ingest;
        this.devices = devices;
        this.revocation = revocation;
        this.audit = audit;
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Serves one connection until it ends.
     *
     * @param unauthenticated gets one permit back once the handshake is over
     */
    void serve(SocketChannel socket, Semaphore unauthenticated) {
        String remote = "unknown";
        Incident incident = Incident.fresh(random);
        try (socket) {
            remote = remote(socket);
            Accepted accepted = handshake(socket, incident, unauthenticated);
            switch (accepted) {
                case Accepted.OtherProtocol(var arrived) -> classic.serve(socket, arrived, incident);
                case Accepted.Connected(SecureChannel channel) -> serve(channel, remote);
                case Accepted.Enrolled(var name, X509Certificate certificate, var fault) -> {
                    devices.enrolled(name.value(), SerialNumber.of(certificate).toString());
                    sessions.endClassic(name.value(), Ending.CLASSIC_CLOSED);
                    LOG.info("{}: enrolled {}", remote, name);
                    if (fault != null) {
                        refused(remote, fault);
                    }
                }
            }
        } catch (RefusedHandshakeException e) {
            refused(remote, e);
        } catch (PeerAlertException e) {
            givenUp(remote, incident, e.alert().code());
        } catch (IOException e) {
            LOG.info("{}: no session: {}", remote, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{}: the connection failed, reference {}", remote, incident, e);
        }
    }

    private Accepted handshake(SocketChannel socket, Incident incident, Semaphore unauthenticated)
            throws IOException, RefusedHandshakeException {
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            return endpoint.accept(socket, incident, classic::opensFor);
        } finally {
            unauthenticated.release();
        }
    }

    private void serve(SecureChannel channel, String remote) {
        DeviceSession session = new DeviceSession(channel, remote, ingest, audit, clock, random);
        String reason = "internal failure";
        open.add(session);
        try {
            devices.seen(session.device(), session.serialNumber());
            sessions.open(session);
            // A revocation between the handshake and the register would have found nobody to end.
            if (revocation.isRevoked(channel.peer().certificate())) {
                session.end(Ending.REVOKED);
            }
            reason = session.run();
        } finally {
            sessions.closed(session, reason);
            recordEnd(session);
            open.remove(session);
            signalEnd();
        }
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

    private void refused(String remote, RefusedHandshakeException refusal) {
        String word = word(refusal);
        traffic.handshakeRefused(word);
        audit.record(new AuditEvent(
                "peer " + remote,
                "session.refused",
                refusal.certificate()
                        .map(certificate ->
                                certificate.getSubjectX500Principal().getName())
                        .orElse("no certificate"),
                Outcome.REFUSED,
                refusal.incident().toString(),
                refusal.reason()));
        LOG.info("{}: refused, {}, reference {}", remote, word, refusal.incident());
    }

    /**
     * The device ended the handshake. It never says why; but an honest one of this deployment that does not believe the
     * server has, most often, a wrong clock.
     */
    private void givenUp(String remote, Incident incident, AlertCode code) {
        boolean isDistrust = code == AlertCode.AUTH_FAILED;
        String word = isDistrust ? "distrusted_by_device" : "given_up_by_device";
        traffic.handshakeRefused(word);
        audit.record(new AuditEvent(
                "peer " + remote,
                "session.refused",
                "no certificate",
                Outcome.REFUSED,
                incident.toString(),
                isDistrust
                        ? "the device does not believe this server; its clock may be wrong, or it belongs to another"
                                + " deployment"
                        : "the device gave up: " + code));
        LOG.info("{}: no session, {}, reference {}", remote, word, incident);
    }

    private static String word(RefusedHandshakeException refusal) {
        if (refusal.getCause() instanceof UntrustedException untrusted) {
            return untrusted.reason().name().toLowerCase(Locale.ROOT);
        }
        return refusal.alert()
                .map(alert -> alert.code().name().toLowerCase(Locale.ROOT))
                .orElse("other_protocol");
    }

    /** A connection was closed at once, because too many are in their handshake. */
    void turnedAway() {
        traffic.handshakeRefused("too_many");
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
