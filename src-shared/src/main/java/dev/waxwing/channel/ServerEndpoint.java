package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.wire.Incident;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;

/** Turns accepted connections into sessions. Immutable; one for each listener, used by many threads. */
public final class ServerEndpoint {

    public ServerEndpoint(
            ServerPolicy policy,
            CryptoProvider crypto,
            SecureRandom random,
            Clock clock,
            ServerIdentity identity,
            PeerVerifier devices,
            SessionAdmission admission,
            EnrolmentDesk desk) {}

    /**
     * Runs the handshake on a connection of which nothing has been read, within the policy's limits.
     *
     * @param socket in blocking mode; closed before any exception leaves here
     * @param incident what an alert on this connection carries
     * @throws RefusedHandshakeException if the peer was refused; the alert was sent
     * @throws IOException if the connection broke, was silent for too long, or the peer sent an alert
     */
    public Accepted accept(SocketChannel socket, Incident incident) throws IOException, RefusedHandshakeException {
        throw new UnsupportedOperationException();
    }
}
