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
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Function;

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

    /** {@link #connect(SocketChannel, Credential, TrustedRoots, TimeFloor, RevokedAuthorities)} under one root, without a memory. */
    public SecureChannel connect(SocketChannel socket, Credential credential, TrustedRoot root)
            throws IOException, ProtocolException {
        return connect(socket, credential, TrustedRoots.of(root), new TimeFloor());
    }

    /** {@link #connect(SocketChannel, Credential, TrustedRoots, TimeFloor, RevokedAuthorities)} with a memory of the time alone. */
    public SecureChannel connect(SocketChannel socket, Credential credential, TrustedRoots roots, TimeFloor floor)
            throws IOException, ProtocolException {
        return connect(socket, credential, roots, floor, new RevokedAuthorities(roots));
    }

    /**
     * Runs the handshake on a fresh connection.
     *
     * @param socket in blocking mode; closed before any exception leaves here
     * @param floor the latest time that this device has proof of under these roots; raised by what this connection proves
     * @param revoked what this device has learnt of authorities under these roots that count no more; learns from the list that the
     *     server shows, also where this method throws
     * @throws dev.waxwing.wire.PeerAlertException if the server refused
     * @throws ProtocolException if the server broke the protocol or was not believed; the alert was sent
     * @throws IOException if the connection broke or took too long
     */
    public SecureChannel connect(
            SocketChannel socket,
            Credential credential,
            TrustedRoots roots,
            TimeFloor floor,
            RevokedAuthorities revoked)
            throws IOException, ProtocolException {
        PeerVerifier servers = new PeerVerifier(
                        roots, Role.SERVER, new StapledStatus(floor, signatures), clock, signatures)
                .refusing(credential.certificate())
                .knowing(revoked);
        SecureChannel channel =
                converse(socket, new DevicePurpose.Normal(credential, servers), DeviceConversation::connect);
        floor.raise(channel.startedAt().plus(channel.serverTimeOffset()), channel.startedAt());
        return channel;
    }

    /**
     * Learns from a list of the root that a server told in its session, and ends the session if that server's own authority is on it
     * (protocol section 7.4).
     *
     * @return whether anything was learnt
     * @throws ProtocolException if the list is none of a root of this device, or names the server's authority; the alert was sent
     */
    public static boolean learn(SecureChannel channel, Bytes list, RevokedAuthorities revoked)
            throws ProtocolException {
        try {
            boolean isNews = revoked.take(list).isPresent();
            revoked.requireNone(channel.peer().chain());
            return isNews;
        } catch (UntrustedException e) {
            ProtocolException failure = e.reason() == Reason.ISSUER_REVOKED
                    ? new ProtocolException(AlertCode.AUTH_FAILED, e.reason() + ": " + e.getMessage(), e)
                    : ProtocolException.malformed("the root's revocation list: " + e.getMessage());
            channel.fail(failure);
            throw failure;
        }
    }

    /** {@link #enrol(SocketChannel, Bytes, PeerName, byte[], EnrolmentRequestFactory, Function)} of a device without a memory. */
    public EnrolledIdentity enrol(
            SocketChannel socket, Bytes rootPin, PeerName name, byte[] token, EnrolmentRequestFactory requests)
            throws IOException, ProtocolException {
        return enrol(socket, rootPin, name, token, requests, root -> new RevokedAuthorities(TrustedRoots.of(root)));
    }

    /**
     * Enrols with an invite (protocol section 9.2) and closes the connection.
     *
     * @param socket in blocking mode; closed in every case
     * @param rootPin SHA-256 of the root's SubjectPublicKeyInfo, from the invite
     * @param name the invite's name
     * @param token the invite's token, 16 bytes
     * @param requests makes the key and its request once the server is authenticated
     * @param memory gives what this device has learnt of authorities under the pinned root that count no more, once the server has
     *     shown that root's certificate; it learns from the list that the server shows, also where this method throws
     * @throws dev.waxwing.wire.PeerAlertException if the server refused
     * @throws ProtocolException if the server broke the protocol or was not believed; the alert was sent
     * @throws IOException if the connection broke or took too long
     */
    public EnrolledIdentity enrol(
            SocketChannel socket,
            Bytes rootPin,
            PeerName name,
            byte[] token,
            EnrolmentRequestFactory requests,
            Function<TrustedRoot, RevokedAuthorities> memory)
            throws IOException, ProtocolException {
        DevicePurpose purpose = new DevicePurpose.Enrolment(rootPin, name, Bytes.of(token), requests, memory, clock);
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
