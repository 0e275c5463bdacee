package dev.waxwing.ca.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OcspResponderTest {

    private static final AlgorithmIdentifier SHA1 = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1);
    private static final AlgorithmIdentifier SHA256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);

    private static final String SOURCE = "192.0.2.1";

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate camera;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
        camera = deployment.issue("camera-01");
    }

    @Test
    void says_good_revoked_and_unknown() throws Exception {
        assertThat(ask(SHA1, camera.serialNumber().value()).getCertStatus()).isNull();
        assertThat(ask(SHA256, camera.serialNumber().value()).getCertStatus()).isNull();
        assertThat(ask(SHA1, BigInteger.TEN).getCertStatus()).isInstanceOf(UnknownStatus.class);
        assertThat(ask(SHA1, BigInteger.TEN.negate()).getCertStatus()).isInstanceOf(UnknownStatus.class);

        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");
        assertThat(ask(SHA1, camera.serialNumber().value()).getCertStatus())
                .isInstanceOfSatisfying(RevokedStatus.class, status -> {
                    assertThat(status.getRevocationReason()).isEqualTo(1);
                    assertThat(status.getRevocationTime().toInstant()).isEqualTo(deployment.clock.instant());
                });
    }

    @Test
    void gives_no_answer_of_the_future_again_after_the_clock_was_set_back() throws Exception {
        ask(SHA1, camera.serialNumber().value());

        deployment.clock.advance(Duration.ofDays(-2));

        assertThat(ask(SHA1, camera.serialNumber().value()).getThisUpdate().toInstant())
                .isEqualTo(deployment.clock.instant());
    }

    @Test
    void knows_nothing_of_another_authority() throws Exception {
        TestDeployment other = TestDeployment.in(directory.resolve("other"));
        byte[] request = request(
                SHA1,
                other.authority.issuingCertificate(),
                camera.serialNumber().value(),
                null);
        assertThat(single(deployment.responder.respond(request, SOURCE)).getCertStatus())
                .isInstanceOf(UnknownStatus.class);
    }

    @Test
    void an_intent_is_unknown_until_it_is_a_certificate() throws Exception {
        var order = deployment.order("camera-02", "camera", TestRequests.p256());
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        assertThat(ask(SHA1, prepared.serialNumber().value()).getCertStatus()).isInstanceOf(UnknownStatus.class);
        deployment.issuance.sign(prepared);
        assertThat(ask(SHA1, prepared.serialNumber().value()).getCertStatus()).isNull();
    }

    @Test
    void an_answer_holds_for_an_hour_and_is_signed_by_the_delegated_key() throws Exception {
        BasicOCSPResp basic = basic(deployment.responder.respond(
                request(SHA1, issuer(), camera.serialNumber().value(), null), SOURCE));
        X509Certificate responder = deployment.responderKey().certificate();

        assertThat(basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(responder.getPublicKey())))
                .isTrue();
        assertThat(basic.getCerts()).containsExactly(new X509CertificateHolder(responder.getEncoded()));
        SingleResp single = basic.getResponses()[0];
        assertThat(single.getThisUpdate().toInstant()).isEqualTo(deployment.clock.instant());
        assertThat(single.getNextUpdate().toInstant())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofHours(1)));
    }

    @Test
    void a_nonce_comes_back() throws Exception {
        byte[] nonce = new byte[32];
        new Random(1).nextBytes(nonce);
        Extension extension = nonce(nonce);
        BasicOCSPResp basic = basic(deployment.responder.respond(
                request(SHA1, issuer(), camera.serialNumber().value(), extension), SOURCE));
        assertThat(basic.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)).isEqualTo(extension);
    }

    @Test
    void a_nonce_of_a_wrong_length_is_malformed() throws Exception {
        for (int length : new int[] {0, 129}) {
            byte[] request = request(SHA1, issuer(), camera.serialNumber().value(), nonce(new byte[length]));
            assertThat(new OCSPResp(deployment.responder.respond(request, SOURCE)).getStatus())
                    .isEqualTo(OCSPResp.MALFORMED_REQUEST);
        }
    }

    @Test
    void answers_without_a_nonce_are_kept_for_half_an_hour() {
        byte[] first = deployment.responder.staple(camera.certificate());
        deployment.clock.advance(Duration.ofMinutes(29));
        assertThat(deployment.responder.staple(camera.certificate())).isEqualTo(first);
        deployment.clock.advance(Duration.ofMinutes(2));
        assertThat(deployment.responder.staple(camera.certificate())).isNotEqualTo(first);
    }

    @Test
    void a_revocation_shows_in_the_next_answer() throws Exception {
        deployment.responder.staple(camera.certificate());
        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.UNSPECIFIED, "anna");
        assertThat(single(deployment.responder.staple(camera.certificate())).getCertStatus())
                .isInstanceOfSatisfying(
                        RevokedStatus.class,
                        status -> assertThat(status.hasRevocationReason()).isFalse());
    }

    @Test
    void the_jdk_believes_a_staple() throws Exception {
        X509Certificate server = deployment.credentials.server().certificate();
        PkixCheck.of(deployment).withStaple(server, deployment.responder.staple(server));

        deployment.revocation.revoke(SerialNumber.of(server), RevocationReason.KEY_COMPROMISE, "anna");
        deployment.clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> PkixCheck.of(deployment).withStaple(server, deployment.responder.staple(server)))
                .hasMessageContaining("revoked");
    }

    @Test
    void a_device_believes_the_servers_chain_and_staple() throws Exception {
        X509Certificate server = deployment.credentials.server().certificate();
        PeerVerifier device = new PeerVerifier(
                TrustedRoot.of(deployment.authority.rootCertificate()),
                Role.SERVER,
                new StapledStatus(),
                deployment.clock);
        VerifiedPeer peer =
                device.verify(deployment.credentials.server().chain(), Bytes.of(deployment.responder.staple(server)));
        assertThat(peer.name()).hasToString("gate-01");

        deployment.revocation.revoke(SerialNumber.of(server), RevocationReason.KEY_COMPROMISE, "anna");
        assertThatThrownBy(() -> device.verify(
                        deployment.credentials.server().chain(), Bytes.of(deployment.responder.staple(server))))
                .isInstanceOfSatisfying(
                        UntrustedException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(UntrustedException.Reason.REVOKED));
    }

    @Test
    void what_was_revoked_stays_so_after_its_own_end() throws Exception {
        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");
        deployment.clock.advance(Duration.ofDays(366));
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.revocation.find(camera.serialNumber())).isEmpty();
        assertThat(ask(SHA1, camera.serialNumber().value()).getCertStatus()).isInstanceOf(RevokedStatus.class);
    }

    @Test
    void refuses_a_staple_for_another_authoritys_certificate() {
        assertThatThrownBy(() -> deployment.responder.staple(deployment.authority.rootCertificate()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void garbage_is_malformed_and_harmless() throws Exception {
        byte[] good = request(SHA1, issuer(), camera.serialNumber().value(), null);
        Random random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            assertThat(new OCSPResp(deployment.responder.respond(bad, SOURCE)).getStatus())
                    .isIn(OCSPResp.SUCCESSFUL, OCSPResp.MALFORMED_REQUEST, OCSPResp.TRY_LATER);
        }
        for (int length = 0; length < good.length; length++) {
            assertMalformed(Arrays.copyOf(good, length));
        }
        assertMalformed(Arrays.copyOf(good, good.length + 1));
        assertMalformed(new byte[OcspResponder.MAX_REQUEST + 1]);
        OCSPReqBuilder many = new OCSPReqBuilder();
        for (int i = 1; i <= 17; i++) {
            many.addRequest(id(SHA1, issuer(), BigInteger.valueOf(i)));
        }
        assertMalformed(many.build().getEncoded());
    }

    @Test
    void a_hold_shows_in_the_next_answer_and_so_does_its_end() throws Exception {
        deployment.responder.staple(camera.certificate());
        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.CERTIFICATE_HOLD, "anna");
        assertThat(reason(deployment.responder.staple(camera.certificate()))).isEqualTo(6);

        deployment.revocation.release(camera.serialNumber(), "anna");
        assertThat(single(deployment.responder.staple(camera.certificate())).getCertStatus())
                .isNull();

        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.CERTIFICATE_HOLD, "anna");
        assertThat(reason(deployment.responder.staple(camera.certificate()))).isEqualTo(6);
        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");
        assertThat(reason(deployment.responder.staple(camera.certificate())))
                .as("not the answer that was kept of the hold")
                .isEqualTo(1);
    }

    private static int reason(byte[] response) throws Exception {
        return ((RevokedStatus) single(response).getCertStatus()).getRevocationReason();
    }

    @Test
    void a_source_that_asks_too_often_with_a_nonce_gets_the_kept_answer_without_it() throws Exception {
        for (int i = 0; i < SignatureBudget.SOURCE_BURST; i++) {
            assertThat(nonceOf(askWithNonce(i, SOURCE))).as("answer %d", i).isNotNull();
        }
        byte[] kept = askWithNonce(100, SOURCE);
        assertThat(nonceOf(kept)).isNull();
        assertThat(askWithNonce(101, SOURCE)).as("not signed again").isEqualTo(kept);
        assertThat(nonceOf(askWithNonce(102, "192.0.2.2"))).as("another source").isNotNull();

        deployment.clock.advance(Duration.ofSeconds(1));
        assertThat(nonceOf(askWithNonce(103, SOURCE))).isNotNull();
        assertThat(nonceOf(askWithNonce(104, SOURCE))).isNull();
    }

    @Test
    void all_sources_together_get_so_many_signatures_and_a_revocation_still_shows() throws Exception {
        int signed = 0;
        for (int i = 0; i < 3 * SignatureBudget.BURST; i++) {
            signed += nonceOf(askWithNonce(i, "2001:db8:0:" + Integer.toHexString(i) + "::1")) == null ? 0 : 1;
        }
        assertThat(signed).isEqualTo(SignatureBudget.BURST);

        deployment.revocation.revoke(camera.serialNumber(), RevocationReason.SUPERSEDED, "anna");
        byte[] answer = askWithNonce(999, "2001:db8:1::1");
        assertThat(nonceOf(answer)).isNull();
        assertThat(reason(answer)).isEqualTo(4);
    }

    @Test
    void one_network_of_ipv6_is_one_source() throws Exception {
        for (int i = 0; i < SignatureBudget.SOURCE_BURST; i++) {
            askWithNonce(i, "2001:db8::" + Integer.toHexString(i + 1));
        }
        assertThat(nonceOf(askWithNonce(100, "2001:db8::ffff"))).isNull();
        assertThat(nonceOf(askWithNonce(101, "2001:db8:0:1::1"))).isNotNull();
    }

    @Test
    void who_asks_too_often_for_what_cannot_be_kept_is_told_to_try_later() throws Exception {
        for (int i = 0; i < SignatureBudget.SOURCE_BURST; i++) {
            assertThat(ask(SHA1, BigInteger.TWO.pow(100).add(BigInteger.valueOf(i)))
                            .getCertStatus())
                    .isInstanceOf(UnknownStatus.class);
        }
        OCSPReqBuilder two = new OCSPReqBuilder()
                .addRequest(id(SHA1, issuer(), camera.serialNumber().value()))
                .addRequest(id(SHA256, issuer(), camera.serialNumber().value()));
        CertificateID spelledOddly = new CertificateID(new CertID(
                new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, new ASN1Integer(1)),
                id(SHA1, issuer(), BigInteger.ONE).toASN1Primitive().getIssuerNameHash(),
                id(SHA1, issuer(), BigInteger.ONE).toASN1Primitive().getIssuerKeyHash(),
                new ASN1Integer(camera.serialNumber().value())));
        for (byte[] request : List.of(
                request(SHA1, issuer(), BigInteger.TEN, null),
                request(SHA1, issuer(), BigInteger.TEN, nonce(new byte[32])),
                two.build().getEncoded(),
                new OCSPReqBuilder().addRequest(spelledOddly).build().getEncoded())) {
            assertThat(new OCSPResp(deployment.responder.respond(request, SOURCE)).getStatus())
                    .isEqualTo(OCSPResp.TRY_LATER);
        }
        assertThat(ask(SHA1, camera.serialNumber().value()).getCertStatus())
                .as("what can be kept costs no strangers' signature")
                .isNull();
    }

    private byte[] askWithNonce(int number, String source) throws Exception {
        byte[] nonce = ByteBuffer.allocate(32).putInt(number).array();
        return deployment.responder.respond(
                request(SHA1, issuer(), camera.serialNumber().value(), nonce(nonce)), source);
    }

    private static @Nullable Extension nonceOf(byte[] response) throws Exception {
        return basic(response).getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    }

    private void assertMalformed(byte[] request) throws IOException {
        assertThat(new OCSPResp(deployment.responder.respond(request, SOURCE)).getStatus())
                .isEqualTo(OCSPResp.MALFORMED_REQUEST);
    }

    private X509Certificate issuer() {
        return deployment.authority.issuingCertificate();
    }

    private SingleResp ask(AlgorithmIdentifier hash, BigInteger serial) throws Exception {
        return single(deployment.responder.respond(request(hash, issuer(), serial, null), SOURCE));
    }

    private static SingleResp single(byte[] response) throws Exception {
        return basic(response).getResponses()[0];
    }

    private static BasicOCSPResp basic(byte[] response) throws Exception {
        OCSPResp parsed = new OCSPResp(response);
        assertThat(parsed.getStatus()).isEqualTo(OCSPResp.SUCCESSFUL);
        return (BasicOCSPResp) parsed.getResponseObject();
    }

    private static Extension nonce(byte[] nonce) throws IOException {
        return new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(nonce).getEncoded());
    }

    private static byte[] request(
            AlgorithmIdentifier hash, X509Certificate issuer, BigInteger serial, @Nullable Extension nonce)
            throws Exception {
        OCSPReqBuilder builder = new OCSPReqBuilder().addRequest(id(hash, issuer, serial));
        if (nonce != null) {
            builder.setRequestExtensions(new Extensions(nonce));
        }
        return builder.build().getEncoded();
    }

    private static CertificateID id(AlgorithmIdentifier hash, X509Certificate issuer, BigInteger serial)
            throws Exception {
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
        return new CertificateID(digests.get(hash), new X509CertificateHolder(issuer.getEncoded()), serial);
    }
}
