package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.issuance.PkiProperties.OwnProfile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.cms.EncryptedData;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyMakerTest {

    private static final String PASSWORD = "correct horse battery";

    @TempDir
    static Path directory;

    private static TestDeployment deployment;
    private static KeyMaker maker;

    @BeforeAll
    static void start() {
        deployment = TestDeployment.in(directory);
        maker = new KeyMaker(deployment.issuance, deployment.random);
    }

    private static KeyOrder order(String name, KeyKind kind, String password) {
        return order(name, kind, password, false);
    }

    private static KeyOrder order(String name, KeyKind kind, String password, boolean replace) {
        return new KeyOrder(name, kind, deployment.profiles.find("camera").orElseThrow(), null, password, replace);
    }

    private static KeyResult.Made made(KeyOrder order) {
        return (KeyResult.Made) maker.make(order, "anna");
    }

    @ParameterizedTest
    @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "RSA_2048", "RSA_3072"})
    void the_file_holds_a_key_of_the_kind_and_its_chain(KeyKind kind) throws Exception {
        String name = "made-" + kind.text();
        KeyResult.Made made = made(order(name, kind, PASSWORD));

        assertThat(made.madeUp()).isNull();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(made.file().content()), PASSWORD.toCharArray());
        assertThat(store.size()).isEqualTo(1);
        assertThat(store.getCertificateChain(name))
                .containsExactly(made.certificate().certificate(), deployment.authority.issuingCertificate());
        PrivateKey key = (PrivateKey) store.getKey(name, PASSWORD.toCharArray());
        X509Certificate certificate = made.certificate().certificate();
        assertThat(KeyKind.of(certificate.getPublicKey())).contains(kind);
        Signature signature =
                Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
        signature.initSign(key);
        signature.update(new byte[100]);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(new byte[100]);
        assertThat(signature.verify(signed)).isTrue();
        assertThat(deployment.audit.last().reason()).isEqualTo(name + ", profile camera, key made by the server");
    }

    @Test
    void the_file_is_encrypted_as_one_does_today() throws Exception {
        requireModern(
                made(order("modern-01", KeyKind.ECDSA_P256, PASSWORD)).file().content(), 600_000);
    }

    @Test
    void a_password_that_was_made_up_is_not_made_any_dearer_to_guess() throws Exception {
        requireModern(made(order("modern-02", KeyKind.ECDSA_P256, null)).file().content(), 10_000);
    }

    private static void requireModern(byte[] content, int iterations) throws Exception {
        Pfx pfx = Pfx.getInstance(content);
        assertThat(pfx.getMacData().getMac().getAlgorithmId().getAlgorithm())
                .as("HMAC with SHA-256")
                .isEqualTo(NISTObjectIdentifiers.id_sha256);
        assertThat(pfx.getMacData().getIterationCount().intValueExact()).isEqualTo(iterations);
        int keys = 0;
        for (var part : new PKCS12PfxPdu(pfx).getContentInfos()) {
            if (part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
                requireModern(
                        EncryptedData.getInstance(part.getContent())
                                .getEncryptedContentInfo()
                                .getContentEncryptionAlgorithm(),
                        iterations);
                continue;
            }
            for (PKCS12SafeBag bag : new PKCS12SafeBagFactory(part).getSafeBags()) {
                assertThat(bag.getType()).isEqualTo(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag);
                var key = (PKCS8EncryptedPrivateKeyInfo) bag.getBagValue();
                requireModern(
                        EncryptedPrivateKeyInfo.getInstance(key.getEncoded()).getEncryptionAlgorithm(), iterations);
                keys++;
            }
        }
        assertThat(keys).isEqualTo(1);
    }

    private static void requireModern(AlgorithmIdentifier algorithm, int iterations) {
        assertThat(algorithm.getAlgorithm()).isEqualTo(PKCSObjectIdentifiers.id_PBES2);
        PBES2Parameters scheme = PBES2Parameters.getInstance(algorithm.getParameters());
        PBKDF2Params derivation =
                PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters());
        EncryptionScheme cipher = scheme.getEncryptionScheme();
        assertThat(derivation.getPrf().getAlgorithm()).isEqualTo(PKCSObjectIdentifiers.id_hmacWithSHA256);
        assertThat(derivation.getIterationCount().intValueExact()).isEqualTo(iterations);
        assertThat(cipher.getAlgorithm()).isEqualTo(NISTObjectIdentifiers.id_aes256_CBC);
    }

    @Test
    void a_password_is_made_up_when_none_is_given() throws Exception {
        Set<String> passwords = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            KeyResult.Made made = made(order("password-0" + i, KeyKind.ECDSA_P256, null));
            String password = String.valueOf(made.madeUp());
            assertThat(password).matches("([0-9a-z]{5}-){4}[0-9a-z]{5}").doesNotContainPattern("[ilou]");
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(made.file().content()), password.toCharArray());
            passwords.add(password);
            assertThat(made.toString()).doesNotContain(password);
        }
        assertThat(passwords).hasSize(5);
    }

    @Test
    void nothing_of_the_key_stays_in_the_database_or_the_directory() throws Exception {
        KeyResult.Made made = made(order("trace-01", KeyKind.RSA_2048, PASSWORD));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(made.file().content()), PASSWORD.toCharArray());
        var key = (RSAPrivateCrtKey) store.getKey("trace-01", PASSWORD.toCharArray());
        String prime = new String(key.getPrimeP().toByteArray(), StandardCharsets.ISO_8859_1);

        List<String> rows = deployment
                .jdbc
                .sql("SELECT certificate FROM certificate WHERE name = 'trace-01'")
                .query((row, _) -> new String(row.getBytes(1), StandardCharsets.ISO_8859_1))
                .list();
        assertThat(rows).hasSize(1).noneMatch(row -> row.contains(prime));
        try (var files = Files.walk(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.contains("trace"));
        }
        assertThat(deployment.audit.events().toString()).doesNotContain(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "elevenchars", "twelve chars\u00e9", "tabs\tand\tothers"})
    void refuses_passwords_that_are_short_or_spelled_in_two_ways(String password) {
        assertThat(maker.make(order("password-99", KeyKind.ECDSA_P256, password), "anna"))
                .isInstanceOfSatisfying(
                        KeyResult.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(RequestFault.PASSWORD));
        assertThat(maker.make(order("password-99", KeyKind.ECDSA_P256, "x".repeat(65)), "anna"))
                .isInstanceOf(KeyResult.Refused.class);
        assertThat(deployment.inventory.ofName("password-99", CertificateRole.DEVICE))
                .isEmpty();
    }

    @Test
    void refuses_what_is_no_name_and_kinds_that_the_profile_does_not_take() {
        assertThat(maker.make(order("Camera 1", KeyKind.ECDSA_P256, null), "anna"))
                .isInstanceOfSatisfying(KeyResult.Refused.class, refused -> {
                    assertThat(refused.fault()).isEqualTo(RequestFault.DEVICE_NAME);
                    assertThat(refused.reference())
                            .isEqualTo(deployment.audit.last().reference());
                    assertThat(deployment.audit.last().subject()).isEqualTo("unknown");
                });
        Profile elliptic = new Profiles(new PkiProperties(
                        null,
                        "gate",
                        Map.of("drone", new OwnProfile("device", Duration.ofDays(1), List.of("ecdsa-p256"))),
                        Duration.ofHours(24)))
                .find("drone")
                .orElseThrow();
        assertThat(maker.make(new KeyOrder("drone-01", KeyKind.RSA_4096, elliptic, null, null, false), "anna"))
                .isInstanceOfSatisfying(
                        KeyResult.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(RequestFault.KEY_KIND));
    }

    @Test
    void makes_a_key_in_the_name_of_a_removed_device_only_for_who_replaces_it() {
        deployment.removed.add("leaver");
        assertThat(maker.make(order("leaver", KeyKind.ECDSA_P256, null), "anna"))
                .isInstanceOfSatisfying(
                        KeyResult.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(RequestFault.NAME_OF_REMOVED));
        assertThat(maker.make(order("leaver", KeyKind.ECDSA_P256, null, true), "anna"))
                .isInstanceOf(KeyResult.Made.class);
    }

    @Test
    void every_key_is_another() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            keys.add(Certificates.spkiSha256(made(order("another-01", KeyKind.ECDSA_P256, null))
                    .certificate()
                    .certificate()
                    .getPublicKey()));
        }
        assertThat(keys).hasSize(5);
    }
}
