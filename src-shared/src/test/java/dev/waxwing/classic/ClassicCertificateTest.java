package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates: a name, a key, a signature. */
class ClassicCertificateTest {

    private static final ClassicVectors VECTORS = new ClassicVectors();

    private final ClassicCertificate certificate = VECTORS.certificate("device");
    private final String json = VECTORS.text("device.certificate");
    private final String pem = JsonText.quoted(certificate.publicKeyPem());
    private final String signature = json.substring(json.lastIndexOf(": \"") + 3, json.lastIndexOf('"'));

    @Test
    void order_spacing_and_escapes_do_not_matter() throws Exception {
        String other = "\r\n{\"signature\":\"" + signature.replace("/", "\\/")
                + "\" ,\t\"certificate\":{\"public_key\":" + pem + ",\"common_name\":\"\\u0063amera-7\"}}\n ";
        assertThat(parse(other)).isEqualTo(certificate);
        assertThat(parse(other).verifiedBy(VECTORS.authority())).isTrue();
    }

    @Test
    void every_strict_beginning_is_refused() {
        for (int length = 0; length < json.length(); length++) {
            assertRefused(json.substring(0, length));
        }
    }

    static String[] others() {
        ClassicVectors vectors = new ClassicVectors();
        String pem = JsonText.quoted(vectors.certificate("device").publicKeyPem());
        String name = "\"common_name\": \"a\"";
        String key = "\"public_key\": " + pem;
        String signed = "\"signature\": \"AAAA\"";
        return new String[] {
            "{\"certificate\": {" + name + "}, " + signed + "}",
            "{\"certificate\": {" + key + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key + "}}",
            "{" + signed + "}",
            "{\"certificate\": {" + name + ", " + name + ", " + key + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key + "}, " + signed + ", " + signed + "}",
            "{\"certificate\": {" + name + ", " + key + ", \"role\": \"ca\"}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key + "}, " + signed + ", \"more\": \"\"}",
            "{\"certificate\": {" + name + ", " + key + "}, " + signed + "}{}",
            "{\"certificate\": {" + name + ", " + key + ",}, " + signed + "}",
            "{\"certificate\": {\"common_name\": \"\", " + key + "}, " + signed + "}",
            "{\"certificate\": {\"common_name\": \"\\ud800\", " + key + "}, " + signed + "}",
            "{\"certificate\": {\"common_name\": \"" + "a".repeat(256) + "\", " + key + "}, " + signed + "}",
            "{\"certificate\": {\"common_name\": null, " + key + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key + "}, \"signature\": \"AAA\"}",
            "{\"certificate\": {" + name + ", " + key + "}, \"signature\": \"*AAA\"}",
            "{\"certificate\": {" + name + ", " + key.replace("\\n-----END", "-----END") + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key.replace("-----\\n\"", "-----\"") + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key.replace("\\n", "\\r\\n") + "}, " + signed + "}",
            "{\"certificate\": {" + name + ", " + key.replace("MIIB", "MIIC") + "}, " + signed + "}",
            "[\"certificate\"]",
            "\"certificate\"",
            "{}",
        };
    }

    @ParameterizedTest
    @MethodSource("others")
    void another_form_is_refused(String other) {
        assertRefused(other);
    }

    @Test
    void more_than_8_kib_are_refused() throws Exception {
        assertThat(parse(json + " ".repeat(ClassicCertificate.MAX_SIZE - json.length())))
                .isEqualTo(certificate);
        assertRefused(json + " ".repeat(ClassicCertificate.MAX_SIZE + 1 - json.length()));
    }

    @Test
    void a_signature_of_another_authority_or_over_another_name_is_not_verified() throws Exception {
        assertThat(certificate.verifiedBy(VECTORS.certificate("server").publicKey()))
                .isFalse();
        assertThat(parse(json.replace("camera-7", "camera-8")).verifiedBy(VECTORS.authority()))
                .isFalse();
        assertThat(parse(json.replace(signature, "AAAA")).verifiedBy(VECTORS.authority()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\ud800"})
    void an_unfit_name_gets_no_certificate(String name) {
        assertThat(catchThrowableOfType(
                        IllegalArgumentException.class,
                        () -> ClassicCertificate.issue(name, certificate.publicKey(), VECTORS.privateKey("ca"))))
                .isNotNull();
    }

    @Test
    void keys_of_other_sizes_and_exponents_are_refused() throws Exception {
        for (RSAKeyGenParameterSpec spec : new RSAKeyGenParameterSpec[] {
            new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4),
            new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F0)
        }) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(spec);
            RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
            assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> ClassicKeys.pem(key)))
                    .hasMessageContaining("65537");
            String text = "-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                    + "\n-----END PUBLIC KEY-----\n";
            assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> ClassicKeys.publicKey(text)))
                    .hasMessageContaining("65537");
            assertRefused(json.replace(pem, JsonText.quoted(text)));
        }
    }

    @Test
    void it_prints_its_name_in_one_line_of_ascii() {
        assertThat(VECTORS.certificate("odd").toString()).matches("[ -~]+");
        assertThat(VECTORS.credential("device")).hasToString("ClassicCredential[camera-7]");
    }

    private static ClassicCertificate parse(String json) throws ProtocolException {
        return ClassicCertificate.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(String json) {
        assertThat(catchThrowableOfType(ProtocolException.class, () -> parse(json)))
                .isNotNull();
    }
}
