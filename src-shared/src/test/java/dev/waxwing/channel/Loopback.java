package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.EnrolmentRequestFactory;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.trust.AuthoritySignatures;
import dev.waxwing.trust.CertificateStatus;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A server endpoint and a device endpoint on a real loopback socket, with a certificate authority of their own. */
final class Loopback implements AutoCloseable {

    static final Incident INCIDENT = new Incident(0x0123456789abcdefL);
    static final SessionGrant GRANT = new SessionGrant(41, 4);
    static final PeerName DEVICE = new PeerName("camera-1");
    static final byte[] TOKEN = "sixteen bytes!!!".getBytes(StandardCharsets.US_ASCII);

    final TestPki pki = TestPki.create();
    final SecureRandom random = new SecureRandom();
    CryptoProvider serverCrypto = CryptoProvider.best();
    CryptoProvider deviceCrypto = CryptoProvider.best();
    Credential serverCredential = pki.issue(Role.SERVER, "server-1");
    Bytes staple = pki.goodStaple(serverCredential.certificate());
    /** What the server shows of its root's revocation list. */
    Bytes rootList = Bytes.EMPTY;

    ServerPolicy serverPolicy = ServerPolicy.defaults();
    DevicePolicy devicePolicy = DevicePolicy.defaults();
    SessionAdmission admission = (device, session) -> GRANT;
    EnrolmentDesk desk = (token, pkcs10, session) -> {
        throw new RefusedException(AlertCode.AUTH_FAILED, "no such invite");
    };
    TimeFloor floor = new TimeFloor();
    final RevokedAuthorities revoked = new RevokedAuthorities(TrustedRoots.of(pki.root()));
    CertificateStatus status = (leaf, issuer, unused, now) -> {};
    CryptoPermits permits = CryptoPermits.forThisMachine();

    private final ServerSocketChannel listener;

    Loopback() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** The device offers this suite alone, and the server allows it. */
    Loopback suite(Suite suite) {
        devicePolicy = new DevicePolicy(List.of(suite), devicePolicy.handshake());
        serverPolicy = new ServerPolicy(List.of(suite), serverPolicy.terms(), serverPolicy.limits());
        return this;
    }

    Loopback rekey(RekeyPolicy policy) {
        SessionTerms terms = serverPolicy.terms();
        return terms(new SessionTerms(terms.session(), terms.idle(), policy));
    }

    Loopback terms(SessionTerms terms) {
        serverPolicy = new ServerPolicy(serverPolicy.suites(), terms, serverPolicy.limits());
        return this;
    }

    Loopback limits(HandshakeLimits limits) {
        serverPolicy = new ServerPolicy(serverPolicy.suites(), serverPolicy.terms(), limits);
        return this;
    }

    /** A connection to the listener, which nobody has accepted yet. */
    SocketChannel dial() throws IOException {
        return SocketChannel.open(listener.getLocalAddress());
    }

    /** A connection whose end here takes only so much before it is read. */
    SocketChannel dial(int receiveBuffer) throws IOException {
        SocketChannel socket = SocketChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        socket.connect(listener.getLocalAddress());
        return socket;
    }

    /** Accepts the next connection in another thread. */
    CompletableFuture<Accepted> accept() {
        return accept(listener::accept);
    }

    /** Serves a connection in another thread. */
    CompletableFuture<Accepted> accept(Callable<SocketChannel> connection) {
        CompletableFuture<Accepted> result = new CompletableFuture<>();
        ServerEndpoint endpoint = serverEndpoint();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(endpoint.accept(connection.call(), INCIDENT));
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** An attacker in front of the listener. */
    Relay relay() throws IOException {
        return new Relay(listener.getLocalAddress());
    }

    /** Accepts the next connection without saying anything to it. */
    SocketChannel acceptRaw() throws IOException {
        return listener.accept();
    }

    ServerEndpoint serverEndpoint() {
        ServerIdentity identity = new ServerIdentity() {
            @Override
            public Credential credential() {
                return serverCredential;
            }

            @Override
            public Bytes ocspStaple(X509Certificate certificate) {
                return staple;
            }

            @Override
            public X509Certificate root() {
                return pki.rootCertificate();
            }

            @Override
            public Bytes rootList() {
                return rootList;
            }
        };
        return new ServerEndpoint(
                serverPolicy,
                serverCrypto,
                random,
                TestPki.CLOCK,
                identity,
                new PeerVerifier(pki.root(), Role.DEVICE, status, TestPki.CLOCK, new AuthoritySignatures(serverCrypto)),
                admission,
                desk,
                permits);
    }

    DeviceEndpoint deviceEndpoint() {
        return new DeviceEndpoint(devicePolicy, deviceCrypto, random, TestPki.CLOCK);
    }

    SecureChannel connect(Credential credential) throws Exception {
        return deviceEndpoint().connect(dial(), credential, TrustedRoots.of(pki.root()), floor, revoked);
    }

    /** Enrols a device that has this memory of revoked authorities. */
    EnrolledIdentity enrolKnowing(SocketChannel socket, EnrolmentRequestFactory requests) throws Exception {
        return deviceEndpoint().enrol(socket, pki.root().spkiSha256(), DEVICE, TOKEN, requests, root -> {
            assertThat(root.certificate()).isEqualTo(pki.rootCertificate());
            return revoked;
        });
    }

    EnrolledIdentity enrol(SocketChannel socket, Bytes pin, EnrolmentRequestFactory requests) throws Exception {
        return deviceEndpoint().enrol(socket, pin, DEVICE, TOKEN, requests);
    }

    /** Whatever the device sees, the server's own view of the refusal. */
    static RefusedHandshakeException refusal(CompletableFuture<Accepted> accepted) {
        return catchThrowableOfType(RefusedHandshakeException.class, () -> get(accepted));
    }

    /** Both ends of a session. */
    Pair session() throws Exception {
        CompletableFuture<Accepted> accepted = accept();
        SecureChannel device = connect(pki.issue(Role.DEVICE, "camera-1"));
        return new Pair(device, ((Accepted.Connected) get(accepted)).channel());
    }

    /** The result, or what was thrown instead of it. */
    static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** The two ends of one session. */
    record Pair(SecureChannel device, SecureChannel server) implements AutoCloseable {
        @Override
        public void close() {
            device.abort();
            server.abort();
        }
    }
}
