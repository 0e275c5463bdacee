package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.CertificateRole;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.Certificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every certificate that is really issued obeys RFC 5280, to the byte. */
class CertificateLintTest {

    @TempDir
    static Path directory;

    private static TestDeployment deployment;

    @BeforeAll
    static void start() {
        deployment = at(directory.resolve("now"), Instant.parse("2026-03-01T10:00:00.123Z"));
    }

    private static TestDeployment at(Path directory, Instant now) {
        return new TestDeployment(
                directory,
                TestDeployment.newDatabase(),
                new AdjustableClock(now),
                new KeysProperties(null),
                TestDeployment.properties(URI.create("http://gate.example.org")));
    }

    private static byte[] issuer() throws Exception {
        return deployment.authority.issuingCertificate().getEncoded();
    }

    static Stream<String> profiles() {
        return Stream.of("camera", "gateway", "temporary", "server", "receipt");
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_certificate_of_each_profile(String name) throws Exception {
        Profile profile = deployment.profiles.find(name).orElseThrow();
        X509Certificate certificate =
                deployment.issue("lint-01", name, TestRequests.p256()).certificate();
        assertThat(CertificateLints.endEntity(
                        certificate.getEncoded(), issuer(), profile.role(), "lint-01", profile.validity()))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_of_each_kind_of_key(KeyKind kind) throws Exception {
        KeyPair pair = kind.generate(deployment.random);
        String longest = "a".repeat(63);
        X509Certificate certificate = deployment.issue(longest, "camera", pair).certificate();
        assertThat(CertificateLints.endEntity(
                        certificate.getEncoded(), issuer(), CertificateRole.DEVICE, longest, Duration.ofDays(365)))
                .isEmpty();
        assertThat(KeyKind.of(certificate.getPublicKey())).contains(kind);
    }

    @Test
    void the_certificates_of_the_server_itself() throws Exception {
        assertThat(CertificateLints.endEntity(
                        deployment.credentials.server().certificate().getEncoded(),
                        issuer(),
                        CertificateRole.SERVER,
                        "gate-01",
                        Duration.ofDays(365)))
                .isEmpty();
        assertThat(CertificateLints.endEntity(
                        deployment.credentials.receipt().certificate().getEncoded(),
                        issuer(),
                        CertificateRole.RECEIPT,
                        "gate-01",
                        Duration.ofDays(365)))
                .isEmpty();
        assertThat(CertificateLints.endEntity(
                        deployment.responderKey().certificate().getEncoded(),
                        issuer(),
                        CertificateRole.OCSP,
                        "gate-01",
                        Duration.ofDays(30)))
                .isEmpty();
    }

    @Test
    void the_certificates_of_the_authorities() throws Exception {
        byte[] root = deployment.authority.rootCertificate().getEncoded();
        assertThat(CertificateLints.authority(root, root, 1)).isEmpty();
        assertThat(CertificateLints.authority(issuer(), root, 0)).isEmpty();
    }

    @Test
    void certificates_that_reach_beyond_2049() throws Exception {
        TestDeployment later = at(directory.resolve("later"), Instant.parse("2049-06-01T00:00:00Z"));
        byte[] issuer = later.authority.issuingCertificate().getEncoded();
        byte[] root = later.authority.rootCertificate().getEncoded();
        assertThat(CertificateLints.authority(root, root, 1)).isEmpty();

        Instant last = Instant.parse("2049-12-31T23:59:59Z");
        for (Instant end : List.of(last, last.plusSeconds(1))) {
            Duration validity = Duration.between(later.clock.instant(), end);
            IssuanceResult result =
                    later.issuance.issue(later.order("late-01", "server", TestRequests.p256(), validity));
            X509Certificate certificate =
                    ((IssuanceResult.Issued) result).certificate().certificate();
            assertThat(CertificateLints.endEntity(
                            certificate.getEncoded(), issuer, CertificateRole.SERVER, "late-01", Duration.ofDays(366)))
                    .isEmpty();
            assertThat(
                            Certificate.getInstance(certificate.getEncoded())
                                            .getTBSCertificate()
                                            .getEndDate()
                                            .toASN1Primitive()
                                    instanceof ASN1GeneralizedTime)
                    .isEqualTo(end.isAfter(last));
        }
    }

    @Test
    void the_lints_find_what_is_wrong() throws Exception {
        byte[] good = deployment.issue("lint-02").certificate().getEncoded();
        assertThat(faults(good, CertificateRole.SERVER, "lint-02", Duration.ofDays(365)))
                .hasSize(2);
        assertThat(faults(good, CertificateRole.DEVICE, "lint-03", Duration.ofDays(365)))
                .hasSize(2);
        assertThat(faults(good, CertificateRole.DEVICE, "lint-02", Duration.ofDays(364)))
                .containsExactly("no longer than the profile says");
        assertThat(faults(
                        changed(good, 1, new ASN1Integer(7)), CertificateRole.DEVICE, "lint-02", Duration.ofDays(365)))
                .containsExactly("a serial number of more than 64 random bits");
        ASN1Sequence validity = (ASN1Sequence) content(good).getObjectAt(4);
        ASN1EncodableVector early = new ASN1EncodableVector();
        early.add(new ASN1GeneralizedTime("20260301095500.5Z"));
        early.add(validity.getObjectAt(1));
        assertThat(faults(
                        changed(good, 4, new DERSequence(early)),
                        CertificateRole.DEVICE,
                        "lint-02",
                        Duration.ofDays(365)))
                .hasSize(2)
                .allMatch(fault -> fault.startsWith("4.1.2.5: notBefore"));
        byte[] root = deployment.authority.rootCertificate().getEncoded();
        assertThat(CertificateLints.authority(root, root, 0)).containsExactly("4.2.1.9: the length of the path");
        assertThat(CertificateLints.endEntity(good, root, CertificateRole.DEVICE, "lint-02", Duration.ofDays(365)))
                .hasSize(2);
    }

    private static List<String> faults(byte[] der, CertificateRole role, String name, Duration longest)
            throws Exception {
        return CertificateLints.endEntity(der, issuer(), role, name, longest);
    }

    private static ASN1Sequence content(byte[] der) {
        return (ASN1Sequence) ASN1Sequence.getInstance(der).getObjectAt(0);
    }

    /** The same certificate with another part {@code index} of its content; nobody has signed it. */
    private static byte[] changed(byte[] der, int index, ASN1Encodable part) throws Exception {
        ASN1EncodableVector content = new ASN1EncodableVector();
        for (int i = 0; i < content(der).size(); i++) {
            content.add(i == index ? part : content(der).getObjectAt(i));
        }
        ASN1Sequence whole = ASN1Sequence.getInstance(der);
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(new DERSequence(content));
        parts.add(whole.getObjectAt(1));
        parts.add(whole.getObjectAt(2));
        return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
    }
}
