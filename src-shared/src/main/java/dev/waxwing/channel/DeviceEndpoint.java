package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.EnrolmentRequestFactory;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.AuthoritySignatures;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;

/** Makes connections into sessions, from the device's side. Immutable; used by many threads. */
public final class DeviceEndpoint {

    private final DevicePolicy policy;
    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final Clock clock;
    private final BufferPool pool;
    private final AuthoritySignatures signatures;

    public DeviceEndpoint(DevicePolicy policy, CryptoProvider crypto, SecureRandom random, Clock clock) {
        this.policy = policy;
        this.crypto = crypto;
        this.random = random;
        this.clock = clock;
        this.pool = new BufferPool(crypto);
        this.signatures = new AuthoritySignatures(crypto);
    }

    /** Whose cryptography its sessions use, for what is signed and verified in them. */
    public CryptoProvider crypto() {
        return crypto;
    }

    /** {@link #connect(SocketChannel, Credential, TrustedRoots, TimeFloor)} under one root, without a memory of the time. */
    public SecureChannel connect(SocketChannel socket, Credential credential, TrustedRoot root)
            throws IOException, ProtocolException {
        return connect(socket, credential, TrustedRoots.of(root), new TimeFloor());
    }

    /**
     * Runs the handshake on a fresh connection.
     *
     * @param socket in blocking mode; closed before any exception leaves here
     * @param floor the latest time that this device has proof of under these roots; raised by what this connection proves
     * @throws dev.waxwing.wire.PeerAlertException if the server refused
     * @throws ProtocolException if the server broke the protocol or was not believed; the alert was sent
     * @throws IOException if the connection broke or took too long
     */
    public SecureChannel connect(SocketChannel socket, Credential credential, TrustedRoots roots, TimeFloor floor)
            throws IOException, ProtocolException {
        PeerVerifier servers = new PeerVerifier(
                        roots, Role.SERVER, new StapledStatus(floor, signatures), clock, signatures)
                .refusing(credential.certificate());
        SecureChannel channel =
                converse(socket, new DevicePurpose.Normal(credential, servers), DeviceConversation::connect);
        floor.raise(channel.startedAt().plus(channel.serverTimeOffset()), channel.startedAt());
        return channel;
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
        DevicePurpose purpose = new DevicePurpose.Enrolment(rootPin, name, Bytes.of(token), requests, clock);
        return converse(socket, purpose, conversation -> conversation.enrol(name));
    }

    private <T> T converse(SocketChannel socket, DevicePurpose purpose, Course<T> course)
            throws IOException, ProtocolException {
        RecordStream stream =
                new RecordStream(socket, crypto, random, pool, Direction.DEVICE_TO_SERVER, Direction.SERVER_TO_DEVICE);
        try (DeviceHandshake handshake = new DeviceHandshake(crypto, random, policy.suites(), purpose)) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return course.follow(new DeviceConversation(stream, pool, handshake, policy.handshake(), clock));
        } catch (IOException | RuntimeException e) {
            stream.closeAndDispose();
            throw e;
        }
    }

    /** One of the two ways that a conversation can go. */
    private interface Course<T> {
        T follow(DeviceConversation conversation) throws IOException, ProtocolException;
    }
}
