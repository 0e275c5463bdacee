package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatesTest {

    private static final TestPki PKI = TestPki.create();

    private final Credential device = PKI.issue(Role.DEVICE, "camera-7");

    @Test
    void reads_what_it_writes() throws Exception {
        assertThat(Certificates.fromPem(Certificates.toPem(device.chain()))).isEqualTo(device.chain());
        List<Bytes> der = device.chain().stream().map(Certificates::encode).toList();
        assertThat(Certificates.parseAll(der)).isEqualTo(device.chain());
    }

    @Test
    void refuses_a_certificate_with_something_after_it() {
        byte[] der = Certificates.encode(device.certificate()).toArray();
        refuses(Arrays.copyOf(der, der.length + 1));
    }

    @Test
    void says_why_in_one_line_that_is_harmless_to_show() {
        Credential named =
                PKI.request(Role.DEVICE, "camera-7").criticalAlternativeNames().issue();
        byte[] der = Certificates.encode(named.certificate()).toArray();
        String latin = new String(der, StandardCharsets.ISO_8859_1);
        byte[] hostile = latin.replace("urn:waxwing", "\u001b[31m\r\n\u009b2Jx").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(hostile).hasSameSizeAs(der).isNotEqualTo(der);

        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> Certificates.parse(hostile))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotMatch("(?s).*[\\p{Cntrl}\u009b].*"));
        assertThat(new UntrustedException(UntrustedException.Reason.BAD_PATH, "x".repeat(70_000)))
                .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(1_000));
    }

    @Test
    void refuses_pem_where_der_is_expected() {
        refuses(Certificates.toPem(device.chain()).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void refuses_every_strict_prefix() {
        byte[] der = Certificates.encode(device.certificate()).toArray();
        for (int length = 0; length < der.length; length++) {
            refuses(Arrays.copyOf(der, length));
        }
    }

    @Test
    void never_escapes_its_exception() {
        byte[] der = Certificates.encode(device.certificate()).toArray();
        Random random = new Random(7);
        PeerVerifier verifier = PKI.verifier(Role.DEVICE);
        for (int round = 0; round < 2000; round++) {
            byte[] changed = der.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> {
                X509Certificate certificate = Certificates.parse(changed);
                EndEntity.requireRole(certificate, Role.DEVICE);
                verifier.verify(List.of(certificate, PKI.issuingCertificate()), Bytes.EMPTY);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no certificate",
                "-----BEGIN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"
            })
    void refuses_text_that_is_not_pem(String text) {
        assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> Certificates.fromPem(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "camera-7", "gate.example_1"})
    void accepts_names_of_the_specification(String name) {
        assertThat(new PeerName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "-a", ".a", "_a", "a b", "a/b", "a\n", "ä", "a:b"})
    void refuses_other_names(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new PeerName(name));
        assertThatIllegalArgumentException().isThrownBy(() -> new PeerName("a".repeat(64)));
    }

    private static void refuses(byte[] der) {
        assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> Certificates.parse(der));
    }
}
