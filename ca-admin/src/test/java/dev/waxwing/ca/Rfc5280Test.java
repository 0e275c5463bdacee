package dev.waxwing.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Intent;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Corner cases of RFC 5280, judged by the JDK's path validation and by what devices and server use themselves. */
class Rfc5280Test {

    @TempDir
    static Path directory;

    private static TestDeployment deployment;
    private static KeyPair pair;
    private static X509Certificate camera;

    @BeforeAll
    static void start() {
        deployment = TestDeployment.in(directory);
        pair = TestRequests.p256();
        camera = deployment.issue("camera-01", "temporary", pair).certificate();
    }

    private static void jdk(Instant at, X509Certificate... path) throws GeneralSecurityException {
        CertPath chain = CertificateFactory.getInstance("X.509").generateCertPath(List.of(path));
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(deployment.authority.rootCertificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX").validate(chain, parameters);
    }

    private static void ours(Instant at, X509Certificate... path) throws Exception {
        new PeerVerifier(
                        TrustedRoot.of(deployment.authority.rootCertificate()),
                        Role.DEVICE,
                        (_, _, _, _) -> {},
                        new AdjustableClock(at))
                .verify(List.of(path), Bytes.of(new byte[0]));
    }

    private static void assertRefused(X509Certificate... path) {
        Instant now = deployment.clock.instant();
        assertThatThrownBy(() -> jdk(now, path)).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> ours(now, path)).isInstanceOf(Exception.class);
    }

    private static X509Certificate issuing() {
        return deployment.authority.issuingCertificate();
    }

    @Test
    void both_ends_of_the_validity_belong_to_it() throws Exception {
        Instant first = camera.getNotBefore().toInstant();
        Instant last = camera.getNotAfter().toInstant();
        for (Instant within : List.of(first, last)) {
            assertThatCode(() -> jdk(within, camera, issuing())).doesNotThrowAnyException();
            assertThatCode(() -> ours(within, camera, issuing())).doesNotThrowAnyException();
        }
        for (Instant outside : List.of(first.minusSeconds(1), last.plusSeconds(1))) {
            assertThatThrownBy(() -> jdk(outside, camera, issuing())).isInstanceOf(GeneralSecurityException.class);
            assertThatThrownBy(() -> ours(outside, camera, issuing())).isInstanceOf(Exception.class);
        }
    }

    @Test
    void the_inventory_takes_the_last_second_for_valid_and_the_next_for_expired() {
        TestDeployment other = TestDeployment.in(directory.resolve("edge"));
        var issued = other.issue("t", "temporary", TestRequests.p256());
        other.clock.advance(Duration.between(
                other.clock.instant(), issued.certificate().getNotAfter().toInstant()));
        assertThat(other.inventory.find(issued.serialNumber()).orElseThrow().status())
                .isEqualTo(CertificateStatus.EXPIRING);
        assertThat(revocable(other)).contains(issued.serialNumber());
        other.clock.advance(Duration.ofSeconds(1));
        assertThat(other.inventory.find(issued.serialNumber()).orElseThrow().status())
                .isEqualTo(CertificateStatus.EXPIRED);
        assertThat(revocable(other)).doesNotContain(issued.serialNumber());
    }

    @Test
    void a_device_is_no_authority() throws Exception {
        ContentSigner byDevice = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
        X509Certificate below = copy(camera, TestRequests.p256().getPublic(), camera, byDevice, false);
        assertRefused(below, camera, issuing());
    }

    @Test
    void below_the_issuing_authority_there_is_no_other() throws Exception {
        KeyPair sub = TestRequests.p256();
        X509Certificate authority = authority(sub.getPublic());
        X509Certificate leaf = copy(camera, pair.getPublic(), authority, signer(sub.getPrivate()), false);
        authority.verify(issuing().getPublicKey());
        leaf.verify(sub.getPublic());
        assertRefused(leaf, authority, issuing());
    }

    @Test
    void a_critical_extension_that_nobody_knows_is_refused() throws Exception {
        ContentSigner signer = deployment.authority.issuing().contentSigner();
        X509Certificate plain = copy(camera, pair.getPublic(), issuing(), signer, false);
        Instant now = deployment.clock.instant();
        assertThatCode(() -> jdk(now, plain, issuing())).doesNotThrowAnyException();
        assertThatCode(() -> ours(now, plain, issuing())).doesNotThrowAnyException();

        ContentSigner another = deployment.authority.issuing().contentSigner();
        assertRefused(copy(camera, pair.getPublic(), issuing(), another, true), issuing());
    }

    /** With 128 bits and the highest one set, the encoding has an octet of zero in front. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "7f",
                "80",
                "0100",
                "80000000000000000000000000000001",
                "7fffffffffffffffffffffffffffffffffffffff"
            })
    void serial_numbers_of_all_lengths_are_revoked_listed_and_answered(String hex) throws Exception {
        SerialNumber serial = SerialNumber.parse(hex).orElseThrow();
        assertThat(serial).hasToString(hex);
        Instant end = deployment.clock.instant().plusSeconds(86_400);
        deployment.inventory.recordIntent(new Intent(
                serial,
                deployment.authority.issuing().id(),
                "CN=serial",
                "serial",
                CertificateRole.DEVICE,
                "camera",
                deployment.clock.instant(),
                end,
                "00".repeat(32),
                "anna"));
        assertThat(deployment.inventory.complete(serial, camera.getEncoded())).isTrue();
        deployment.revocation.revoke(serial, RevocationReason.CERTIFICATE_HOLD, "anna");
        deployment.lists.rebuildWhereChanged();

        assertThat(PkixCheck.crl(deployment.lists.issuing().der())
                        .getRevokedCertificate(serial.value())
                        .getRevocationReason()
                        .ordinal())
                .isEqualTo(6);
        assertThat(deployment.revocation.find(serial)).isPresent();
        deployment.revocation.release(serial, "anna");
        deployment.lists.rebuildWhereChanged();
        assertThat(PkixCheck.crl(deployment.lists.issuing().der()).getRevokedCertificate(serial.value()))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "00",
                "0001",
                "1",
                "0A",
                "0x0a",
                "-0a",
                "0a:0b",
                "000000000000000000000000000000000000000001",
                "ffffffffffffffffffffffffffffffffffffffffff"
            })
    void a_serial_number_has_one_spelling(String hex) {
        assertThat(SerialNumber.parse(hex)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a1bff", "0A1BFF", "0a:1b:ff", "0A:1B:FF", " 0A:1b:FF\n"})
    void a_serial_number_is_read_as_other_programs_print_it(String text) {
        assertThat(SerialNumber.read(text)).map(SerialNumber::toString).hasValue("0a1bff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "0a:", ":0a", "0a::1b", "0a:1bff", "0:a1", "00:0a", "0g", "0a 1b", "0a-1b"})
    void nothing_else_is_read_as_a_serial_number(String text) {
        assertThat(SerialNumber.read(text)).isEmpty();
    }

    @Test
    void a_search_takes_a_serial_number_as_other_programs_print_it() {
        String serial = SerialNumber.of(camera).toString();
        String colons = serial.toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
        var search = new CertificateSearch(colons, null, 0, 10);
        assertThat(deployment.inventory.list(search)).hasSize(1);
    }

    private static ContentSigner signer(PrivateKey key) throws Exception {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    }

    /** An authority that the issuing authority must not make: its path length is 0. */
    private static X509Certificate authority(PublicKey key) throws Exception {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                name(issuing()),
                BigInteger.TWO.pow(90),
                camera.getNotBefore(),
                camera.getNotAfter(),
                new X500Name("CN=Below"),
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        return signed(builder, deployment.authority.issuing().contentSigner());
    }

    /** A certificate with all the extensions of {@code of}, for this key and by this issuer. */
    private static X509Certificate copy(
            X509Certificate of, PublicKey key, X509Certificate issuer, ContentSigner signer, boolean withUnknown)
            throws Exception {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                name(issuer),
                BigInteger.TWO.pow(91),
                of.getNotBefore(),
                of.getNotAfter(),
                name(of),
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        var extensions = new X509CertificateHolder(of.getEncoded()).getExtensions();
        for (ASN1ObjectIdentifier oid : extensions.getExtensionOIDs()) {
            if (!oid.equals(Extension.authorityKeyIdentifier) && !oid.equals(Extension.subjectKeyIdentifier)) {
                builder.addExtension(extensions.getExtension(oid));
            }
        }
        if (withUnknown) {
            addUnknown(builder);
        }
        return signed(builder, signer);
    }

    private static void addUnknown(X509v3CertificateBuilder builder) throws CertIOException {
        builder.addExtension(new ASN1ObjectIdentifier("2.25.1"), true, DERNull.INSTANCE);
    }

    private static X500Name name(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, ContentSigner signer)
            throws IOException, GeneralSecurityException {
        return Certificates.parse(builder.build(signer).getEncoded());
    }

    private static List<SerialNumber> revocable(TestDeployment deployment) {
        return deployment.inventory.revocable(
                deployment.authority.issuing().id(), RevocationReason.SUPERSEDED, deployment.clock.instant());
    }
}
