package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.timing.Comparison;
import dev.waxwing.timing.Experiment;
import dev.waxwing.timing.Experiment.Inputs;
import dev.waxwing.timing.Experiment.Timed;
import dev.waxwing.trust.AuthoritySignatures;
import dev.waxwing.trust.CertificateStatus;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Protocol section 7.3: a server refuses devices after the same steps; which of them takes how long. */
@Tag("timing")
class RefusalTimingTest {

    private static final int CERTIFICATES = 3_000;
    private static final int NEW_CERTIFICATES = 1_000;
    private static final int FINISHED = 2_000;

    /** A doubt is thrown where it arises, another is only made: this much of a difference there may be, in nanoseconds. */
    private static final double AN_EXCEPTION = 3_000;

    private static final TestPki PKI = Conversation.PKI;
    private static final CryptoProvider CRYPTO = CryptoProvider.best();

    private static final CertificateStatus GOOD = (leaf, issuer, staple, now) -> {};
    private static final CertificateStatus REVOKED = (leaf, issuer, staple, now) -> {
        throw new UntrustedException(Reason.REVOKED, "certificate " + leaf.getSerialNumber() + " is revoked");
    };
    private static final CertificateStatus UNKNOWN = (leaf, issuer, staple, now) -> {
        throw new UntrustedException(
                Reason.NOT_IN_INVENTORY, "certificate " + leaf.getSerialNumber() + " is not in the inventory");
    };

    private final Random random = new Random(4);
    private final SecureRandom secure = new SecureRandom();
    private final PrivateKey stranger = TestPki.p256().getPrivate();
    private final Bytes hello = hello();

    /** A server that waits for a device's Certificate, and what it gets. */
    private record Attempt(ServerHandshake server, Bytes certificate, Bytes verify) {}

    /** A server that waits for a device's Finished, and what it gets. */
    private record Last(Conversation conversation, Bytes finished) {}

    /** One certificate, shown by somebody without its key: what the server knows of it must not show. */
    @Test
    void a_stranger_with_a_certificate_does_not_learn_its_status() throws Exception {
        assertThat(ofOneCertificate("Certificate, wrong CertificateVerify", this::refuse))
                .noneMatch(comparison -> comparison.exceeds(AN_EXCEPTION));
    }

    /** The same for a stranger who lets the server wait for the CertificateVerify, when all else is done. */
    @Test
    void a_stranger_does_not_learn_it_from_the_last_step_either() throws Exception {
        assertThat(ofOneCertificate("wrong CertificateVerify", this::refuseVerify))
                .noneMatch(comparison -> comparison.exceeds(AN_EXCEPTION));
    }

    private List<Comparison> ofOneCertificate(String name, Timed<Attempt> timed) throws Exception {
        Credential device = PKI.issue(Role.DEVICE, "camera-1");
        return new Experiment<>(name, CERTIFICATES, timed)
                .group("good", attempts(device, GOOD))
                .group("revoked", attempts(device, REVOKED))
                .group("not in the inventory", attempts(device, UNKNOWN))
                .run();
    }

    /** What these certificates say themselves, and whoever presents them can read: measured and not judged. */
    @Test
    void certificates_that_are_refused_for_what_they_say() throws Exception {
        TestPki.Request request = PKI.request(Role.DEVICE, "camera-1");
        Credential impostor =
                new Credential(TestPki.p256().getPrivate(), PKI.issuing().chain());
        new Experiment<>("refused certificate", CERTIFICATES, this::refuse)
                .group("revoked", attempts(request.issue(), REVOKED))
                .differing("expired", attempts(request.expired().issue(), GOOD))
                .differing("wrong role", attempts(PKI.issue(Role.SERVER, "camera-1"), GOOD))
                .differing(
                        "badly signed",
                        attempts(
                                TestPki.requestFrom(impostor, Role.DEVICE, "camera-1")
                                        .issue(),
                                GOOD))
                .differing("of another authority", attempts(TestPki.create().issue(Role.DEVICE, "camera-1"), GOOD))
                .differing("not a certificate", attempts(List.of(Bytes.fromHex("3000")), GOOD))
                .run();
    }

    /** The JDK remembers certificates and that their signatures were right, so that the first time takes longer. */
    @Test
    void a_certificate_that_was_never_shown_before() throws Exception {
        Credential known = PKI.issue(Role.DEVICE, "camera-1");
        new Experiment<>("certificate shown", NEW_CERTIFICATES, this::refuse)
                .group("before", attempts(known, GOOD))
                .differing(
                        "never",
                        () -> attempts(PKI.issue(Role.DEVICE, "camera-1"), GOOD).next())
                .run();
    }

    @Test
    void a_wrong_finished_takes_the_same_time_wherever_it_is_wrong() throws Exception {
        assertThat(new Experiment<>("Finished", FINISHED, this::refuseFinished)
                        .group("first byte", () -> finishedWrongAt(0))
                        .group("last byte", () -> finishedWrongAt(-1))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    private long refuse(Attempt attempt) {
        try (ServerHandshake server = attempt.server) {
            long start = System.nanoTime();
            try {
                server.receive(attempt.certificate.asByteBuffer());
                server.receive(attempt.verify.asByteBuffer());
            } catch (ProtocolException e) {
                return System.nanoTime() - start;
            }
        }
        throw new AssertionError("a certificate that should be refused");
    }

    private long refuseVerify(Attempt attempt) throws ProtocolException {
        attempt.server.receive(attempt.certificate.asByteBuffer());
        try (ServerHandshake server = attempt.server) {
            long start = System.nanoTime();
            try {
                server.receive(attempt.verify.asByteBuffer());
            } catch (ProtocolException e) {
                return System.nanoTime() - start;
            }
        }
        throw new AssertionError("a CertificateVerify that should be refused");
    }

    private long refuseFinished(Last last) {
        ServerHandshake server = last.conversation.server;
        long start = System.nanoTime();
        try {
            server.receive(last.finished.asByteBuffer());
        } catch (ProtocolException e) {
            return System.nanoTime() - start;
        }
        throw new AssertionError("a Finished that should be refused");
    }

    private Inputs<Attempt> attempts(Credential device, CertificateStatus status) {
        return attempts(device.chain().stream().map(Certificates::encode).toList(), status);
    }

    /** The CertificateVerify is by another key, which takes as long to check as one by the right key. */
    private Inputs<Attempt> attempts(List<Bytes> chain, CertificateStatus status) {
        PeerVerifier devices =
                new PeerVerifier(PKI.root(), Role.DEVICE, status, TestPki.CLOCK, new AuthoritySignatures(CRYPTO));
        Bytes certificate = new Certificate(chain, Bytes.EMPTY, List.of()).encode();
        return () -> new Attempt(greeted(devices), certificate, verify());
    }

    private ServerHandshake greeted(PeerVerifier devices) throws ProtocolException {
        ServerHandshake server = new ServerHandshake(
                CRYPTO,
                secure,
                TestPki.CLOCK,
                Suite.usual(),
                SessionTerms.defaults(),
                new ServerProof(Conversation.SERVER, () -> Conversation.STAPLE, PKI.rootCertificate()),
                devices);
        server.receive(hello.asByteBuffer());
        return server;
    }

    private Bytes verify() throws InvalidKeyException {
        byte[] content = new byte[64];
        random.nextBytes(content);
        SignatureScheme scheme = SignatureScheme.ECDSA_SECP256R1_SHA256;
        return new CertificateVerify(scheme.code(), CRYPTO.sign(scheme, stranger, Bytes.of(content))).encode();
    }

    private Last finishedWrongAt(int index) throws ProtocolException {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilServerReceived(3);
        byte[] finished = conversation.nextToServer().toArray();
        finished[index < 0 ? finished.length + index : HandshakeMessage.HEAD + index] ^=
                (byte) (1 + random.nextInt(255));
        return new Last(conversation, Bytes.of(finished));
    }

    private static Bytes hello() {
        try {
            return Conversation.of(Mode.NORMAL).start().nextToServer();
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }
}
