package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.ForwardingCrypto;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** What is remembered of a signature is only that it verifies; whether a certificate holds is asked each time. */
class AuthoritySignaturesTest {

    private static final TestPki PKI = TestPki.create();

    private final CountingVerifier crypto = new CountingVerifier();
    private final AuthoritySignatures signatures = new AuthoritySignatures(crypto);

    @Test
    void a_known_chain_and_staple_are_not_computed_again() throws Exception {
        Credential server = PKI.issue(Role.SERVER, "gate");
        Bytes staple = PKI.goodStaple(server.certificate());
        PeerVerifier servers = verifier(Role.SERVER, new StapledStatus(new TimeFloor(), signatures), TestPki.CLOCK);
        servers.verify(server.chain(), staple);
        int first = crypto.verified;
        servers.verify(server.chain(), staple);
        assertThat(first).isEqualTo(3); // the leaf, the issuing authority, the response
        assertThat(crypto.verified).isEqualTo(first);
    }

    @Test
    void a_signature_that_does_not_verify_is_computed_each_time() throws Exception {
        X509Certificate leaf = PKI.issue(Role.DEVICE, "camera-7").certificate();
        PublicKey stranger = TestPki.p256().getPublic();
        for (int i = 1; i <= 3; i++) {
            assertThat(verify(leaf, stranger, Bytes.of(leaf.getSignature()))).isFalse();
            assertThat(crypto.verified).isEqualTo(i);
        }
    }

    @Test
    void what_is_remembered_holds_for_this_key_content_and_signature_alone() throws Exception {
        X509Certificate leaf = PKI.issue(Role.DEVICE, "camera-7").certificate();
        X509Certificate other = PKI.issue(Role.DEVICE, "camera-8").certificate();
        PublicKey issuer = PKI.issuingCertificate().getPublicKey();
        assertThat(verify(leaf, issuer, Bytes.of(leaf.getSignature()))).isTrue();
        assertThat(verify(leaf, TestPki.p256().getPublic(), Bytes.of(leaf.getSignature())))
                .isFalse();
        assertThat(verify(other, issuer, Bytes.of(leaf.getSignature()))).isFalse();
        assertThat(verify(leaf, issuer, Bytes.of(other.getSignature()))).isFalse();
    }

    @Test
    void a_known_chain_still_expires() throws Exception {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        CertificateStatus good = (leaf, issuer, staple, now) -> {};
        verifier(Role.DEVICE, good, TestPki.CLOCK).verify(device.chain(), Bytes.EMPTY);
        Clock later = Clock.fixed(TestPki.NOW.plus(Duration.ofDays(91)), ZoneOffset.UTC);
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> verifier(Role.DEVICE, good, later).verify(device.chain(), Bytes.EMPTY))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void a_known_chain_under_another_root_is_not_believed() throws Exception {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        CertificateStatus good = (leaf, issuer, staple, now) -> {};
        verifier(Role.DEVICE, good, TestPki.CLOCK).verify(device.chain(), Bytes.EMPTY);
        PeerVerifier elsewhere =
                new PeerVerifier(TestPki.create().root(), Role.DEVICE, good, TestPki.CLOCK, signatures);
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> elsewhere.verify(device.chain(), Bytes.EMPTY));
    }

    @Test
    void authorities_with_rsa_keys_are_left_to_the_platform() throws Exception {
        Credential root = TestPki.requestFrom(PKI.rootCredential(), Role.DEVICE, "camera-7")
                .keys(TestPki.rsa(2048))
                .issue();
        byte[] content = {1, 2, 3};
        var signer = java.security.Signature.getInstance("SHA256withRSA");
        signer.initSign(root.privateKey());
        signer.update(content);
        Bytes signature = Bytes.of(signer.sign());
        PublicKey key = root.certificate().getPublicKey();
        assertThat(signatures.verify("SHA256withRSA", key, Bytes.of(content), signature))
                .isTrue();
        assertThat(signatures.verify("SHA256withRSA", key, Bytes.of(new byte[3]), signature))
                .isFalse();
        assertThat(crypto.verified).isZero();
    }

    private boolean verify(X509Certificate certificate, PublicKey key, Bytes signature) throws Exception {
        return signatures.verify(
                certificate.getSigAlgName(), key, Bytes.of(certificate.getTBSCertificate()), signature);
    }

    private PeerVerifier verifier(Role role, CertificateStatus status, Clock clock) {
        return new PeerVerifier(PKI.root(), role, status, clock, signatures);
    }

    /** Counts the signatures that are computed. */
    private static final class CountingVerifier extends ForwardingCrypto {
        private int verified;

        CountingVerifier() {
            super(CryptoProvider.best());
        }

        @Override
        public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
            verified++;
            return super.verify(scheme, key, content, signature);
        }
    }
}
