package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.wire.Incident;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.IntPredicate;

/** Turns accepted connections into sessions. Immutable; one for each listener, used by many threads. */
public final class ServerEndpoint {

    private final ServerPolicy policy;
    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final Clock clock;
    private final ServerIdentity identity;
    private final PeerVerifier devices;
    private final SessionAdmission admission;
    private final EnrolmentDesk desk;
    private final CryptoPermits permits;
    private final BufferPool pool;

    /** With permits of its own, as many as there are processors. */
    public ServerEndpoint(
            ServerPolicy policy,
            CryptoProvider crypto,
            SecureRandom random,
            Clock clock,
            ServerIdentity identity,
            PeerVerifier devices,
            SessionAdmission admission,
            EnrolmentDesk desk) {
        this(policy, crypto, random, clock, identity, devices, admission, desk, CryptoPermits.forThisMachine());
    }

    public ServerEndpoint(
            ServerPolicy policy,
            CryptoProvider crypto,
            SecureRandom random,
            Clock clock,
            ServerIdentity identity,
            PeerVerifier devices,
            SessionAdmission admission,
            EnrolmentDesk desk,
            CryptoPermits permits) {
        this.policy = policy;
        this.crypto = crypto;
        this.random = random;
        this.clock = clock;
        this.identity = identity;
        this.devices = devices;
        this.admission = admission;
        this.desk = desk;
        this.permits = permits;
        this.pool = new BufferPool(crypto);
    }

    /**
     * Runs the handshake on a connection of which nothing has been read, within the policy's limits.
     *
     * @param socket in blocking mode; closed before any exception leaves here
     * @param incident what an alert on this connection carries
     * @throws RefusedHandshakeException if the peer was refused; the alert was sent
     * @throws IOException if the connection broke, was silent for too long, or the peer sent an alert
     */
    public Accepted accept(SocketChannel socket, Incident incident) throws IOException, RefusedHandshakeException {
        return accept(socket, incident, first -> false);
    }

    /**
     * Runs the handshake on a connection of which nothing has been read, unless its first byte is that of another protocol.
     *
     * @param isOther whether the caller serves the protocol that begins with this byte (protocol section 2.3)
     * @see #accept(SocketChannel, Incident)
     */
    public Accepted accept(SocketChannel socket, Incident incident, IntPredicate isOther)
            throws IOException, RefusedHandshakeException {
        RecordStream stream =
                new RecordStream(socket, crypto, random, pool, Direction.SERVER_TO_DEVICE, Direction.DEVICE_TO_SERVER);
        try (ServerHandshake handshake = newHandshake()) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new ServerConversation(
                            stream, pool, handshake, policy.limits(), clock, incident, admission, desk, permits)
                    .run(isOther);
        } catch (IOException | RuntimeException e) {
            stream.closeAndDispose();
            throw e;
        }
    }

    private ServerHandshake newHandshake() {
        Credential credential = identity.credential();
        return new ServerHandshake(
                crypto,
                random,
                clock,
                policy.suites(),
                policy.terms(),
                new ServerProof(
                        credential,
                        () -> identity.ocspStaple(credential.certificate()),
                        identity.root(),
                        identity::rootList),
                devices);
    }
}
