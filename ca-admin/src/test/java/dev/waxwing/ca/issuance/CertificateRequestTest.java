package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.TestRequests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateRequestTest {

    private static final KeyPair PAIR = TestRequests.p256();

    @Test
    void accepts_der_and_pem() {
        byte[] der = TestRequests.request("CN=camera-01", PAIR);
        for (byte[] request : new byte[][] {der, pem(der)}) {
            CertificateRequest read = accepted(request);
            assertThat(read.commonName()).contains("camera-01");
            assertThat(read.publicKey()).isEqualTo(PAIR.getPublic());
            assertThat(read.challengePassword()).isEmpty();
        }
    }

    private static byte[] pem(byte[] der) {
        return TestRequests.pem(der).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void accepts_p384_and_rsa() {
        assertThat(accepted(TestRequests.request("CN=a", TestRequests.ec("secp384r1")))
                        .commonName())
                .contains("a");
        assertThat(accepted(TestRequests.request("CN=a", TestRequests.rsa(2048)))
                        .commonName())
                .contains("a");
        assertThat(accepted(TestRequests.request("CN=a", TestRequests.rsa(3072)))
                        .commonName())
                .contains("a");
    }

    @Test
    void reads_the_challenge_password() {
        CertificateRequest read = accepted(TestRequests.challenge("CN=a", PAIR, "00ff"));
        assertThat(read.challengePassword()).contains("00ff");
    }

    @Test
    void an_empty_subject_is_no_name() {
        assertThat(accepted(TestRequests.request("", PAIR)).commonName()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=Camera",
                "CN=-camera",
                "CN=../camera",
                "CN=camera 01",
                "CN=k\u00e4mera",
                "O=Waxwing",
                "CN=camera-01,O=Waxwing",
                "CN=camera-01,CN=camera-02",
                "CN=camera-01+CN=camera-02"
            })
    void refuses_foreign_and_malformed_names(String subject) {
        assertThat(fault(TestRequests.request(subject, PAIR))).isEqualTo(RequestFault.NAME);
    }

    @Test
    void refuses_names_that_are_too_long() {
        assertThat(fault(TestRequests.request("CN=" + "a".repeat(64), PAIR))).isEqualTo(RequestFault.NAME);
        assertThat(accepted(TestRequests.request("CN=" + "a".repeat(63), PAIR)).commonName())
                .contains("a".repeat(63));
    }

    @Test
    void refuses_every_spelling_but_der() {
        byte[] der = TestRequests.request("CN=camera-01", PAIR);
        int header = 2 + (der[1] < 0 ? der[1] & 0x7f : 0);
        byte[] content = Arrays.copyOfRange(der, header, der.length);

        ByteArrayOutputStream indefinite = new ByteArrayOutputStream();
        indefinite.writeBytes(new byte[] {0x30, (byte) 0x80});
        indefinite.writeBytes(content);
        indefinite.writeBytes(new byte[2]);
        byte[] longLength = ByteBuffer.allocate(6 + content.length)
                .put((byte) 0x30)
                .put((byte) 0x84)
                .putInt(content.length)
                .put(content)
                .array();

        assertThat(fault(indefinite.toByteArray())).isEqualTo(RequestFault.MALFORMED);
        assertThat(fault(longLength)).isEqualTo(RequestFault.MALFORMED);
        assertThat(accepted(der).commonName()).contains("camera-01");
    }

    @Test
    void refuses_a_wrong_signature() {
        byte[] der = TestRequests.request("CN=camera-01", PAIR);
        CertificationRequest whole = CertificationRequest.getInstance(der);
        byte[] signature = whole.getSignature().getBytes();
        signature[signature.length - 1] ^= 1;
        byte[] forged = encoded(new CertificationRequest(
                whole.getCertificationRequestInfo(), whole.getSignatureAlgorithm(), new DERBitString(signature)));

        assertThat(fault(forged)).isEqualTo(RequestFault.SIGNATURE);
    }

    /** A number whose first bit is set is negative unless an octet 00 stands before it, which the JDK does not miss. */
    @Test
    void refuses_a_signature_that_is_not_in_der() throws Exception {
        byte[] signature;
        CertificationRequest whole;
        do {
            whole = CertificationRequest.getInstance(TestRequests.request("CN=camera-01", PAIR));
            signature = whole.getSignature().getBytes();
        } while (signature[4] != 0);
        assertThat(accepted(encoded(whole)).commonName()).contains("camera-01");
        ByteArrayOutputStream negative = new ByteArrayOutputStream();
        negative.writeBytes(new byte[] {0x30, (byte) (signature[1] - 1), 0x02, (byte) (signature[3] - 1)});
        negative.write(signature, 5, signature.length - 5);
        Signature jdk = Signature.getInstance("SHA256withECDSA");
        jdk.initVerify(PAIR.getPublic());
        jdk.update(whole.getCertificationRequestInfo().getEncoded());
        assertThat(jdk.verify(negative.toByteArray())).as("by the JDK").isTrue();

        byte[] respelled = encoded(new CertificationRequest(
                whole.getCertificationRequestInfo(),
                whole.getSignatureAlgorithm(),
                new DERBitString(negative.toByteArray())));

        assertThat(fault(respelled)).isEqualTo(RequestFault.SIGNATURE);
    }

    @Test
    void refuses_the_key_of_somebody_else() {
        CertificationRequest own = CertificationRequest.getInstance(TestRequests.request("CN=camera-01", PAIR));
        SubjectPublicKeyInfo stolen =
                SubjectPublicKeyInfo.getInstance(TestRequests.p256().getPublic().getEncoded());
        assertThat(fault(encoded(new CertificationRequest(
                        new CertificationRequestInfo(new X500Name("CN=camera-01"), stolen, new DERSet()),
                        own.getSignatureAlgorithm(),
                        own.getSignature()))))
                .isEqualTo(RequestFault.SIGNATURE);
    }

    @Test
    void refuses_sha1() {
        AlgorithmIdentifier sha1 = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA1);
        SubjectPublicKeyInfo key =
                SubjectPublicKeyInfo.getInstance(PAIR.getPublic().getEncoded());
        assertThat(fault(unsigned(key, sha1))).isEqualTo(RequestFault.SIGNATURE_ALGORITHM);
    }

    @Test
    void refuses_weak_rsa() {
        assertThat(fault(TestRequests.request("CN=a", TestRequests.rsa(1024)))).isEqualTo(RequestFault.WEAK_KEY);
        BigInteger prime = BigInteger.probablePrime(1024, new Random(1));
        BigInteger other = BigInteger.probablePrime(1024, new Random(2));
        BigInteger good = prime.multiply(other);
        assertThat(rsaFault(good, 65537)).isEqualTo(RequestFault.SIGNATURE);
        assertThat(rsaFault(good, 3)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(good, 65538)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(good.negate(), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(good.shiftLeft(1), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(good.multiply(BigInteger.valueOf(251)), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(prime.multiply(prime), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(prime.multiply(prime.nextProbablePrime()), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(rsaFault(BigInteger.ONE.shiftLeft(8192).add(BigInteger.ONE), 65537))
                .isEqualTo(RequestFault.WEAK_KEY);
    }

    @Test
    void refuses_keys_with_the_roca_fingerprint() {
        // Powers of 65537 modulo a primorial, plus multiples of it: how the flawed library chose its primes.
        BigInteger primorial = BigInteger.TWO;
        for (BigInteger p = BigInteger.valueOf(3); p.intValueExact() <= 701; p = p.nextProbablePrime()) {
            primorial = primorial.multiply(p);
        }
        BigInteger p = rocaPrime(primorial, new Random(3));
        BigInteger q = rocaPrime(primorial, new Random(4));

        assertThat(p.multiply(q).bitLength()).isBetween(2048, 4096);
        assertThat(rsaFault(p.multiply(q), 65537)).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(KeyStrength.roca(p.multiply(q))).isTrue();
    }

    private static BigInteger rocaPrime(BigInteger primorial, Random random) {
        while (true) {
            BigInteger k = new BigInteger(1080 - primorial.bitLength(), random).setBit(1079 - primorial.bitLength());
            BigInteger a = BigInteger.valueOf(65537).modPow(new BigInteger(60, random), primorial);
            BigInteger candidate = k.multiply(primorial).add(a);
            if (candidate.isProbablePrime(40)) {
                return candidate;
            }
        }
    }

    @Test
    void refuses_rsa_keys_with_wrong_parameters() throws Exception {
        var good = SubjectPublicKeyInfo.getInstance(
                TestRequests.rsa(2048).getPublic().getEncoded());
        AlgorithmIdentifier signature =
                new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
        assertThat(fault(unsigned(good, signature))).isEqualTo(RequestFault.SIGNATURE);
        for (AlgorithmIdentifier wrong : new AlgorithmIdentifier[] {
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, new ASN1Integer(1)),
        }) {
            assertThat(fault(unsigned(new SubjectPublicKeyInfo(wrong, good.parsePublicKey()), signature)))
                    .isEqualTo(RequestFault.MALFORMED);
        }
        assertThat(fault(unsigned(
                        new SubjectPublicKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS), good.parsePublicKey()),
                        signature)))
                .isEqualTo(RequestFault.KEY_TYPE);
    }

    @Test
    void refuses_other_curves() {
        assertThat(ecFault(SECObjectIdentifiers.secp192r1)).isEqualTo(RequestFault.KEY_TYPE);
        assertThat(ecFault(SECObjectIdentifiers.secp256k1)).isEqualTo(RequestFault.KEY_TYPE);
        assertThat(fault(TestRequests.request("CN=a", TestRequests.ec("secp521r1"))))
                .isEqualTo(RequestFault.KEY_TYPE);
    }

    @Test
    void refuses_curves_that_are_spelled_out() {
        ASN1Encodable spelledOut = ECNamedCurveTable.getByOID(SECObjectIdentifiers.secp256r1);
        assertThat(fault(unsigned(new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, spelledOut), point(65)))))
                .isEqualTo(RequestFault.KEY_TYPE);
    }

    @Test
    void refuses_points_that_are_not_on_the_curve() {
        assertThat(fault(unsigned(p256(point(65))))).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(fault(unsigned(p256(point(64))))).isEqualTo(RequestFault.WEAK_KEY);
        assertThat(fault(unsigned(p256(new byte[] {0})))).isEqualTo(RequestFault.KEY_TYPE);
        assertThat(fault(unsigned(p256(new byte[0])))).isEqualTo(RequestFault.KEY_TYPE);
    }

    @Test
    void refuses_ed25519() {
        assertThat(fault(unsigned(new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.3.101.112")), new byte[32]))))
                .isEqualTo(RequestFault.KEY_TYPE);
    }

    @Test
    void refuses_what_is_too_large() {
        assertThat(fault(new byte[CertificateRequest.MAX_LENGTH + 1])).isEqualTo(RequestFault.TOO_LARGE);
        assertThat(fault(new byte[CertificateRequest.MAX_LENGTH])).isEqualTo(RequestFault.MALFORMED);
    }

    @Test
    void refuses_every_strict_prefix_and_anything_that_follows() {
        byte[] der = TestRequests.challenge("CN=camera-01", PAIR, "00");
        for (int length = 0; length < der.length; length++) {
            assertThat(fault(Arrays.copyOf(der, length))).as("%d bytes", length).isEqualTo(RequestFault.MALFORMED);
        }
        assertThat(fault(Arrays.copyOf(der, der.length + 1))).isEqualTo(RequestFault.MALFORMED);
    }

    @Test
    void every_changed_byte_is_refused() {
        byte[] der = TestRequests.challenge("CN=camera-01", PAIR, "00");
        for (int i = 0; i < der.length; i++) {
            byte[] changed = der.clone();
            changed[i] ^= 0x01;
            assertThat(CertificateRequest.read(changed)).as("byte %d", i).isInstanceOf(RequestCheck.Refused.class);
        }
    }

    @Test
    void garbage_is_refused() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] garbage = new byte[random.nextInt(400)];
            random.nextBytes(garbage);
            if (garbage.length > 0 && random.nextBoolean()) {
                garbage[0] = 0x30;
            }
            assertThat(CertificateRequest.read(garbage)).isInstanceOf(RequestCheck.Refused.class);
        }
    }

    @Test
    void refuses_other_pem() {
        byte[] der = TestRequests.request("CN=camera-01", PAIR);
        String pem = TestRequests.pem(der);
        assertThat(fault((pem + pem).getBytes(StandardCharsets.US_ASCII))).isEqualTo(RequestFault.MALFORMED);
        assertThat(fault(pem.replace("CERTIFICATE REQUEST", "CERTIFICATE").getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(RequestFault.MALFORMED);
        assertThat(fault(pem.replace("-----END", "*-----END").getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(RequestFault.MALFORMED);
    }

    private static CertificateRequest accepted(byte[] request) {
        return switch (CertificateRequest.read(request)) {
            case RequestCheck.Accepted(var accepted) -> accepted;
            case RequestCheck.Refused(var fault) -> throw new AssertionError("refused: " + fault);
        };
    }

    private static RequestFault fault(byte[] request) {
        return switch (CertificateRequest.read(request)) {
            case RequestCheck.Accepted(var accepted) -> throw new AssertionError("accepted: " + accepted.commonName());
            case RequestCheck.Refused(var fault) -> fault;
        };
    }

    /** A key that passes fails only later, at the signature that is not there. */
    private static RequestFault rsaFault(BigInteger modulus, int exponent) {
        try {
            return fault(unsigned(
                    new SubjectPublicKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                            new DERSequence(new ASN1Encodable[] {
                                new ASN1Integer(modulus), new ASN1Integer(BigInteger.valueOf(exponent))
                            })),
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RequestFault ecFault(ASN1ObjectIdentifier curve) {
        return fault(unsigned(new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point(49))));
    }

    private static SubjectPublicKeyInfo p256(byte[] point) {
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1), point);
    }

    private static byte[] point(int length) {
        byte[] point = new byte[length];
        Arrays.fill(point, (byte) 0x11);
        point[0] = 0x04;
        return point;
    }

    private static byte[] unsigned(SubjectPublicKeyInfo key) {
        return unsigned(key, new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256));
    }

    private static byte[] unsigned(SubjectPublicKeyInfo key, AlgorithmIdentifier algorithm) {
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(new CertificationRequestInfo(new X500Name("CN=a"), key, new DERSet()));
        parts.add(algorithm);
        parts.add(new DERBitString(new byte[64]));
        return encoded(new DERSequence(parts));
    }

    private static byte[] encoded(ASN1Object value) {
        try {
            return value.getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
