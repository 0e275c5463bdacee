package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerVerifierTest {

    private static final TestPki PKI = TestPki.create();
    private static final CertificateStatus ALWAYS_GOOD = (leaf, issuer, staple, now) -> {};

    @Test
    void accepts_a_server_with_a_good_staple() throws Exception {
        Credential server = PKI.issue(Role.SERVER, "gate.example-1_a");
        VerifiedPeer peer = PKI.verifier(Role.SERVER).verify(server.chain(), PKI.goodStaple(server.certificate()));
        assertThat(peer.name()).isEqualTo(new PeerName("gate.example-1_a"));
        assertThat(peer.role()).isEqualTo(Role.SERVER);
        assertThat(peer.issuer()).isEqualTo(PKI.issuingCertificate());
        assertThat(peer.notAfter()).isEqualTo(TestPki.NOW.plus(Duration.ofDays(90)));
        assertThat(peer).hasToString("urn:waxwing:server:gate.example-1_a");
    }

    @Test
    void accepts_every_key_kind_of_the_specification() throws Exception {
        for (var keys : List.of(TestPki.p256(), TestPki.ec("secp384r1"), TestPki.rsa(2048), TestPki.rsa(3072))) {
            Credential device = PKI.request(Role.DEVICE, "camera-7").keys(keys).issue();
            assertThat(verify(Role.DEVICE, device).name()).hasToString("camera-7");
        }
    }

    @Test
    void accepts_a_certificate_that_the_root_itself_issued() throws Exception {
        Credential device = TestPki.requestFrom(PKI.rootCredential(), Role.DEVICE, "camera-7")
                .issue();
        assertThat(verify(Role.DEVICE, device).issuer()).isEqualTo(PKI.rootCertificate());
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void refuses_every_other_role(Role role) {
        Credential credential = PKI.issue(role, "name");
        for (Role required : Role.values()) {
            if (required != role) {
                refuses(Reason.WRONG_ROLE, required, credential);
            }
        }
    }

    @Test
    void accepts_a_chain_to_any_of_its_roots_and_to_no_other() throws Exception {
        TestPki other = TestPki.create();
        TrustedRoots both = TrustedRoots.of(List.of(PKI.rootCertificate(), other.rootCertificate()));
        PeerVerifier verifier = new PeerVerifier(both, Role.DEVICE, ALWAYS_GOOD, TestPki.CLOCK);
        for (TestPki each : List.of(PKI, other)) {
            Credential device = each.issue(Role.DEVICE, "camera-7");
            assertThat(verifier.verify(device.chain(), Bytes.EMPTY).issuer()).isEqualTo(each.issuingCertificate());
            List<X509Certificate> withRoot = new ArrayList<>(device.chain());
            withRoot.add(each.rootCertificate());
            assertReason(Reason.BAD_PATH, () -> verifier.verify(withRoot, Bytes.EMPTY));
        }
        Credential foreign = TestPki.create().issue(Role.DEVICE, "camera-7");
        assertReason(Reason.UNKNOWN_ISSUER, () -> verifier.verify(foreign.chain(), Bytes.EMPTY));
    }

    @Test
    void roots_are_one_to_sixteen_and_each_an_authority() {
        X509Certificate device = PKI.issue(Role.DEVICE, "camera-7").certificate();
        assertReason(Reason.MALFORMED, () -> TrustedRoots.of(List.of()));
        assertReason(Reason.MALFORMED, () -> TrustedRoots.of(Collections.nCopies(17, PKI.rootCertificate())));
        assertReason(Reason.BAD_PATH, () -> TrustedRoots.of(List.of(PKI.rootCertificate(), device)));
    }

    @Test
    void refuses_a_chain_to_another_root() {
        refuses(Reason.UNKNOWN_ISSUER, TestPki.create().issue(Role.DEVICE, "camera-7"));
    }

    @Test
    void refuses_a_root_of_the_same_name_with_another_key() {
        Credential impostor =
                new Credential(TestPki.p256().getPrivate(), PKI.rootCredential().chain());
        refuses(
                Reason.BAD_SIGNATURE,
                TestPki.requestFrom(impostor, Role.DEVICE, "camera-7").issue());
    }

    @Test
    void refuses_a_certificate_signed_by_another_device() {
        Credential signer = PKI.issue(Role.DEVICE, "camera-7");
        Credential forged = TestPki.requestFrom(signer, Role.DEVICE, "camera-8").issue();
        List<X509Certificate> chain = new ArrayList<>(forged.chain());
        chain.addAll(signer.chain());
        refuses(Reason.BAD_PATH, Role.DEVICE, new Credential(forged.privateKey(), chain));
    }

    @Test
    void refuses_an_authority_below_the_issuing_authority() {
        Credential deeper = TestPki.authorityUnder(PKI.issuing(), "Deeper", 0).issue();
        refuses(
                Reason.BAD_PATH,
                TestPki.requestFrom(deeper, Role.DEVICE, "camera-7").issue());
    }

    @Test
    void refuses_expired_and_not_yet_valid_certificates() {
        refuses(Reason.EXPIRED, PKI.request(Role.DEVICE, "camera-7").expired().issue());
        refuses(
                Reason.NOT_YET_VALID,
                PKI.request(Role.DEVICE, "camera-7").notYetValid().issue());
    }

    @Test
    void refuses_an_expired_issuing_authority() {
        Credential issuing = TestPki.authorityUnder(PKI.rootCredential(), "Old Issuing CA", 0)
                .expired()
                .issue();
        refuses(
                Reason.EXPIRED,
                TestPki.requestFrom(issuing, Role.DEVICE, "camera-7").issue());
    }

    @Test
    void refuses_certificates_that_are_not_on_the_path() {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        refuses(Reason.BAD_PATH, with(device, PKI.rootCredential()));
        refuses(Reason.UNKNOWN_ISSUER, with(device, PKI.issue(Role.DEVICE, "camera-8")));
        refuses(Reason.BAD_PATH, with(device, PKI.issuing()));
    }

    @Test
    void refuses_a_chain_that_is_empty_out_of_order_or_incomplete() {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        PeerVerifier verifier = new PeerVerifier(PKI.root(), Role.DEVICE, ALWAYS_GOOD, TestPki.CLOCK);
        assertReason(Reason.MALFORMED, () -> verifier.verify(List.of(), Bytes.EMPTY));
        assertReason(Reason.UNKNOWN_ISSUER, () -> verifier.verify(device.chain().reversed(), Bytes.EMPTY));
        assertReason(Reason.UNKNOWN_ISSUER, () -> verifier.verify(List.of(device.certificate()), Bytes.EMPTY));
    }

    @Test
    void refuses_its_own_certificate() {
        Credential own = PKI.issue(Role.DEVICE, "camera-7");
        PeerVerifier verifier =
                new PeerVerifier(PKI.root(), Role.DEVICE, ALWAYS_GOOD, TestPki.CLOCK).refusing(own.certificate());
        assertReason(Reason.OWN_CERTIFICATE, () -> verifier.verify(own.chain(), Bytes.EMPTY));
    }

    @Test
    void refuses_an_extended_key_usage_that_is_missing_uncritical_or_not_alone() {
        refuses(Reason.WRONG_ROLE, PKI.request(Role.DEVICE, "a").usages().issue());
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a").uncriticalUsage().issue());
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a")
                        .usages(Role.DEVICE.oid(), Role.SERVER.oid())
                        .issue());
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a")
                        .usages(Role.DEVICE.oid(), "1.3.6.1.5.5.7.3.2")
                        .issue());
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a").usages("2.5.29.37.0").issue());
    }

    @Test
    void refuses_any_key_usage_but_digital_signature() {
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a").keyUsage(KeyUsage.keyAgreement).issue());
        refuses(
                Reason.WRONG_ROLE,
                PKI.request(Role.DEVICE, "a")
                        .keyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation)
                        .issue());
    }

    @Test
    void refuses_an_authority_as_a_peer() {
        Credential authority = TestPki.authorityUnder(PKI.rootCredential(), "a", 0)
                .role(Role.DEVICE)
                .uri("urn:waxwing:device:a")
                .keyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)
                .issue();
        refuses(Reason.WRONG_ROLE, authority);
    }

    @Test
    void refuses_an_alternative_name_that_is_not_exactly_the_common_name() {
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a").uri("urn:waxwing:device:b").issue());
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a").uri("urn:waxwing:server:a").issue());
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a").alternativeNames().issue());
        GeneralName right = new GeneralName(GeneralName.uniformResourceIdentifier, "urn:waxwing:device:a");
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a")
                        .alternativeNames(right, new GeneralName(GeneralName.dNSName, "a.example"))
                        .issue());
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a")
                        .alternativeNames(new GeneralName(GeneralName.dNSName, "urn:waxwing:device:a"))
                        .issue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=A",
                "CN=-a",
                "CN=a b",
                "O=a",
                "CN=a,CN=a",
                "CN=a,CN=b",
                "CN=a+CN=b",
                "CN=a\\,CN\\=b",
                "CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void refuses_a_subject_without_exactly_one_valid_common_name(String subject) {
        refuses(
                Reason.WRONG_NAME,
                PKI.request(Role.DEVICE, "a").subject(subject).issue());
    }

    @Test
    void refuses_weak_keys_and_weak_signatures() {
        refuses(
                Reason.WEAK_KEY,
                PKI.request(Role.DEVICE, "a").keys(TestPki.rsa(1024)).issue());
        refuses(
                Reason.WEAK_KEY,
                PKI.request(Role.DEVICE, "a").keys(TestPki.ec("secp521r1")).issue());
        refuses(
                Reason.WEAK_KEY,
                PKI.request(Role.DEVICE, "a").signedWith("SHA1withECDSA").issue());
    }

    @Test
    void asks_for_the_status_with_the_issuer_and_the_staple() {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        Bytes staple = Bytes.of((byte) 1);
        CertificateStatus revoked = (leaf, issuer, given, now) -> {
            assertThat(leaf).isEqualTo(device.certificate());
            assertThat(issuer).isEqualTo(PKI.issuingCertificate());
            assertThat(given).isEqualTo(staple);
            assertThat(now).isEqualTo(TestPki.NOW);
            throw new UntrustedException(Reason.REVOKED, "revoked");
        };
        PeerVerifier verifier = new PeerVerifier(PKI.root(), Role.DEVICE, revoked, TestPki.CLOCK);
        assertReason(Reason.REVOKED, () -> verifier.verify(device.chain(), staple));
    }

    @Test
    void a_peer_that_was_verified_before_can_be_looked_at_again() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(TestPki.NOW);
        AtomicBoolean isRevoked = new AtomicBoolean();
        CertificateStatus authority = (leaf, issuer, staple, at) -> {
            if (isRevoked.get()) {
                throw new UntrustedException(Reason.REVOKED, "revoked");
            }
        };
        PeerVerifier verifier = new PeerVerifier(PKI.root(), Role.DEVICE, authority, movable(now));
        VerifiedPeer peer = verifier.verify(PKI.issue(Role.DEVICE, "camera-7").chain(), Bytes.EMPTY);
        verifier.verifyAgain(peer, Bytes.EMPTY);

        isRevoked.set(true);
        assertReason(Reason.REVOKED, () -> verifier.verifyAgain(peer, Bytes.EMPTY));
        isRevoked.set(false);
        now.set(peer.notAfter().plusSeconds(1));
        assertReason(Reason.EXPIRED, () -> verifier.verifyAgain(peer, Bytes.EMPTY));
    }

    @Test
    void a_root_must_be_a_self_signed_authority() {
        assertReason(Reason.BAD_PATH, () -> TrustedRoot.of(PKI.issuingCertificate()));
        assertReason(
                Reason.BAD_PATH,
                () -> TrustedRoot.of(PKI.issue(Role.SERVER, "a").certificate()));
    }

    @Test
    void a_credential_does_not_print_its_key() {
        Credential credential = PKI.issue(Role.DEVICE, "camera-7");
        assertThat(credential).hasToString("Credential[CN=camera-7]");
    }

    private static Clock movable(AtomicReference<Instant> now) {
        InstantSource source = now::get;
        return source.withZone(ZoneOffset.UTC);
    }

    private static Credential with(Credential credential, Credential more) {
        return new Credential(
                credential.privateKey(),
                Stream.concat(credential.chain().stream(), Stream.of(more.certificate()))
                        .toList());
    }

    private static VerifiedPeer verify(Role role, Credential credential) throws UntrustedException {
        return new PeerVerifier(PKI.root(), role, ALWAYS_GOOD, TestPki.CLOCK).verify(credential.chain(), Bytes.EMPTY);
    }

    private static void refuses(Reason reason, Credential credential) {
        refuses(reason, Role.DEVICE, credential);
    }

    private static void refuses(Reason reason, Role role, Credential credential) {
        assertReason(reason, () -> verify(role, credential));
    }

    private static void assertReason(Reason reason, ThrowingCallable check) {
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(check)
                .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }
}
