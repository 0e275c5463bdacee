package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.EnrolmentRequestFactory;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;

/** Makes connections into sessions, from the device's side. Immutable; used by many threads. */
public final class DeviceEndpoint {

    public DeviceEndpoint(DevicePolicy policy, CryptoProvider crypto, SecureRandom random, Clock clock) {}

    /**
     * Runs the handshake on a fresh connection.
     *
     * @param socket in blocking mode; closed before any exception leaves here
     * @throws dev.waxwing.wire.PeerAlertException if the server refused
     * @throws ProtocolException if the server broke the protocol or was not believed; the alert was sent
     * @throws IOException if the connection broke or took too long
     */
    public SecureChannel connect(SocketChannel socket, Credential credential, TrustedRoot root)
            throws IOException, ProtocolException {
        throw new UnsupportedOperationException();
    }

    /**
     * Enrols with an invite (protocol section 9.2) and closes the connection.
     *
     * @param socket in blocking mode; closed in every case
     * @param rootPin SHA-256 of the root's SubjectPublicKeyInfo, from the invite
     * @param name the invite's name
     * @param token the invite's token, 16 bytes
     * @param requests makes the key and its request once the server is authenticated
     * @throws dev.waxwing.wire.PeerAlertException if the server refused
     * @throws ProtocolException if the server broke the protocol or was not believed; the alert was sent
     * @throws IOException if the connection broke or took too long
     */
    public EnrolledIdentity enrol(
            SocketChannel socket, Bytes rootPin, PeerName name, byte[] token, EnrolmentRequestFactory requests)
            throws IOException, ProtocolException {
        throw new UnsupportedOperationException();
    }
}
