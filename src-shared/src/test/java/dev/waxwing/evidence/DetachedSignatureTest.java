package dev.waxwing.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Der;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SimpleAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;

class DetachedSignatureTest {

    private static final TestPki PKI = TestPki.create();
    private static final Bytes CONTENT = Bytes.of("{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    private static final List<CryptoProvider> PROVIDERS = List.of(CryptoProvider.jdk(), CryptoProvider.best());

    private final Credential device = PKI.issue(Role.DEVICE, "camera-7");

    @Test
    void verifies_what_it_signs_with_every_kind_of_key() throws Exception {
        for (KeyPair keys : List.of(TestPki.p256(), TestPki.ec("secp384r1"), TestPki.rsa(2048))) {
            Credential signer = PKI.request(Role.DEVICE, "camera-7").keys(keys).issue();
            for (CryptoProvider crypto : PROVIDERS) {
                Bytes signature = DetachedSignature.sign(CONTENT, signer, crypto);
                assertThat(signature.size()).isLessThan(ApplicationMessage.MAX_SIGNATURE);
                assertThat(DetachedSignature.signer(signature)).isEqualTo(SignerId.of(signer.certificate()));
                for (CryptoProvider judge : PROVIDERS) {
                    DetachedSignature.verify(CONTENT, signature, signer.certificate(), judge);
                }
                assertThat(bouncyCastleVerifies(signature, signer.certificate()))
                        .isTrue();
            }
        }
    }

    @Test
    void refuses_other_content() {
        Bytes signature = DetachedSignature.sign(CONTENT, device);
        refuses("other content", Bytes.of((byte) 1), signature, device.certificate());
        refuses("other content", Bytes.EMPTY, signature, device.certificate());
    }

    @Test
    void refuses_another_certificate_even_of_the_same_key() {
        KeyPair keys = TestPki.p256();
        Credential one = PKI.request(Role.DEVICE, "camera-7").keys(keys).issue();
        Credential two = PKI.request(Role.DEVICE, "camera-7").keys(keys).issue();
        refuses("another certificate", CONTENT, DetachedSignature.sign(CONTENT, one), two.certificate());
    }

    @Test
    void refuses_a_signature_made_for_another_deployment_with_the_same_key_and_names() {
        Signer signer = new Signer(device);
        signer.certificateHash = new byte[32];
        refuses("hash of another certificate", signer);
    }

    @Test
    void refuses_a_signature_by_another_key() {
        Credential impostor = new Credential(TestPki.p256().getPrivate(), device.chain());
        refuses("does not verify", CONTENT, DetachedSignature.sign(CONTENT, impostor), device.certificate());
    }

    @Test
    void refuses_every_strict_prefix_and_anything_after_the_end() {
        byte[] signature = DetachedSignature.sign(CONTENT, device).toArray();
        for (int length = 0; length <= signature.length + 1; length++) {
            if (length != signature.length) {
                refuses("", CONTENT, Bytes.of(Arrays.copyOf(signature, length)), device.certificate());
            }
        }
    }

    @Test
    void refuses_a_change_of_any_byte() {
        byte[] signature = DetachedSignature.sign(CONTENT, device).toArray();
        Random random = new Random(5652);
        for (int place = 0; place < signature.length; place++) {
            byte[] changed = signature.clone();
            changed[place] ^= (byte) (1 + random.nextInt(255));
            refuses("", CONTENT, Bytes.of(changed), device.certificate());
            // Upper to lower case and back: names are often compared without it.
            changed[place] = (byte) (signature[place] ^ 0x20);
            refuses("", CONTENT, Bytes.of(changed), device.certificate());
        }
    }

    @Test
    void survives_random_bytes() {
        Random random = new Random(3);
        byte[] signature = DetachedSignature.sign(CONTENT, device).toArray();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = Arrays.copyOf(signature, random.nextInt(signature.length));
            for (int i = random.nextInt(8); i >= 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Bytes changed = Bytes.of(bytes);
            assertThatExceptionOfType(InvalidSignatureException.class)
                    .isThrownBy(() -> DetachedSignature.signer(changed));
        }
        byte[] nested = new byte[ApplicationMessage.MAX_SIGNATURE];
        Arrays.fill(nested, (byte) 0x30);
        refuses("", CONTENT, Bytes.of(nested), device.certificate());
    }

    @Test
    void refuses_a_signature_above_the_limit() {
        refuses("bytes", CONTENT, Bytes.of(new byte[ApplicationMessage.MAX_SIGNATURE + 1]), device.certificate());
    }

    @Test
    void accepts_a_signing_certificate_attribute_that_also_names_the_certificate_and_refuses_one_that_names_another() {
        Signer right = new Signer(device);
        right.namedCertificate = device.certificate();
        assertThatCode(() -> DetachedSignature.verify(CONTENT, right.sign(), device.certificate()))
                .doesNotThrowAnyException();
        Signer wrong = new Signer(device);
        wrong.namedCertificate = PKI.issue(Role.DEVICE, "camera-7").certificate();
        refuses("another certificate", wrong);
    }

    @Test
    void refuses_cms_without_signed_attributes() {
        Signer signer = new Signer(device);
        signer.signedAttributes = false;
        refuses("no signed attributes", signer);
    }

    @Test
    void refuses_more_or_fewer_signed_attributes_than_three() {
        Signer more = new Signer(device);
        more.extra = true;
        refuses("other signed attributes", more);
        Signer fewer = new Signer(device);
        fewer.signingCertificate = false;
        refuses("other signed attributes", fewer);
    }

    @Test
    void refuses_an_attribute_with_two_values() {
        Signer signer = new Signer(device);
        signer.twoValues = true;
        refuses("", signer);
    }

    @Test
    void refuses_unsigned_attributes() {
        Signer signer = new Signer(device);
        signer.unsignedAttribute = true;
        refuses("unsigned attributes", signer);
    }

    @Test
    void refuses_two_signers_and_none() {
        Signer two = new Signer(device);
        two.second = PKI.issue(Role.DEVICE, "camera-8");
        refuses("more than one signer", two);
        Signer none = new Signer(device);
        none.first = false;
        refuses("", none);
    }

    @Test
    void refuses_enclosed_certificates_and_enclosed_content() {
        Signer certificates = new Signer(device);
        certificates.enclosedCertificate = true;
        refuses("enclosed certificates", certificates);
        Signer content = new Signer(device);
        content.enclosedContent = true;
        refuses("enclosed content", content);
    }

    @Test
    void refuses_a_signer_named_by_key_identifier() {
        Signer signer = new Signer(device);
        signer.byKeyIdentifier = true;
        refuses("", signer);
    }

    @Test
    void refuses_other_hashes_than_sha256() {
        Signer signer = new Signer(device);
        signer.algorithm = "SHA384withECDSA";
        refuses("another digest than SHA-256", signer);
    }

    @Test
    void refuses_an_algorithm_that_does_not_fit_the_key() throws Exception {
        Credential rsa =
                PKI.request(Role.DEVICE, "camera-7").keys(TestPki.rsa(2048)).issue();
        Signer pss = new Signer(rsa);
        pss.algorithm = "SHA256withRSAandMGF1";
        refuses("", CONTENT, pss.sign(), rsa.certificate());
        Signer pkcs1 = new Signer(rsa);
        pkcs1.algorithm = "SHA256withRSA";
        DetachedSignature.verify(CONTENT, pkcs1.sign(), rsa.certificate());
    }

    @Test
    void refuses_a_right_ecdsa_signature_in_any_other_encoding_than_der_whoever_judges() throws Exception {
        for (String curve : List.of("secp256r1", "secp384r1")) {
            Credential signer =
                    PKI.request(Role.DEVICE, "camera-7").keys(TestPki.ec(curve)).issue();
            EcdsaNumbers value = withAHighFirstBit(signer);
            for (byte[] encoding : value.otherEncodings()) {
                refuses("", CONTENT, value.inPlaceOfItself(encoding), signer.certificate());
            }
            for (CryptoProvider judge : PROVIDERS) {
                DetachedSignature.verify(CONTENT, value.inPlaceOfItself(value.der()), signer.certificate(), judge);
            }
        }
    }

    /** In DER its first number has a zero before it, which a careless reader does not miss. */
    private static EcdsaNumbers withAHighFirstBit(Credential signer) {
        EcdsaNumbers value = EcdsaNumbers.in(DetachedSignature.sign(CONTENT, signer));
        while (value.r().toByteArray()[0] != 0) {
            value = EcdsaNumbers.in(DetachedSignature.sign(CONTENT, signer));
        }
        return value;
    }

    @Test
    void refuses_an_rsa_signature_over_a_hash_whose_algorithm_lacks_its_null() throws Exception {
        Credential signer =
                PKI.request(Role.DEVICE, "camera-7").keys(TestPki.rsa(2048)).issue();
        Bytes signature = DetachedSignature.sign(CONTENT, signer);
        byte[] hash = Sha256.of(SignedData.parse(signature).signedAttributes()).toArray();
        Cipher raw = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        raw.init(Cipher.ENCRYPT_MODE, signer.privateKey());

        byte[] usual = raw.doFinal(Bytes.fromHex("3031300d060960864801650304020105000420"
                        + HexFormat.of().formatHex(hash))
                .toArray());
        byte[] without = raw.doFinal(Bytes.fromHex(
                        "302f300b06096086480165030402010420" + HexFormat.of().formatHex(hash))
                .toArray());

        assertThat(SignedData.parse(signature).signature()).isEqualTo(Bytes.of(usual));
        refuses("does not verify", CONTENT, EcdsaNumbers.replaced(signature, without), signer.certificate());
    }

    private void refuses(String message, Signer signer) {
        refuses(message, CONTENT, signer.sign(), device.certificate());
    }

    private static void refuses(String message, Bytes content, Bytes signature, X509Certificate signer) {
        for (CryptoProvider crypto : PROVIDERS) {
            assertThatExceptionOfType(InvalidSignatureException.class)
                    .isThrownBy(() -> DetachedSignature.verify(content, signature, signer, crypto))
                    .withMessageContaining(message);
        }
    }

    private static boolean bouncyCastleVerifies(Bytes signature, X509Certificate signer) throws Exception {
        var data = new CMSSignedData(new CMSProcessableByteArray(CONTENT.toArray()), signature.toArray());
        var verifier = new JcaSimpleSignerInfoVerifierBuilder().build(signer);
        return data.getSignerInfos().getSigners().iterator().next().verify(verifier);
    }

    /** The two numbers of an ECDSA signature, and the CMS signature that holds them. */
    private record EcdsaNumbers(Bytes cms, BigInteger r, BigInteger s) {

        static EcdsaNumbers in(Bytes cms) {
            try {
                Der value = new Der(SignedData.parse(cms).signature().toArray()).enter(Der.SEQUENCE);
                return new EcdsaNumbers(cms, value.integer(), value.integer());
            } catch (Der.MalformedException e) {
                throw new AssertionError(e);
            }
        }

        byte[] der() {
            return sequence(integer(r.toByteArray()), integer(s.toByteArray()));
        }

        List<byte[]> otherEncodings() {
            byte[] negative = Arrays.copyOfRange(r.toByteArray(), 1, r.toByteArray().length);
            byte[] longer = joined(new byte[1], r.toByteArray());
            byte[] der = der();
            byte[] body = Arrays.copyOfRange(der, 2, der.length);
            byte[] zero = integer(new byte[1]);
            byte[] indefinite = joined(new byte[] {0x30, (byte) 0x80}, body, new byte[2]);
            return List.of(
                    sequence(integer(negative), integer(s.toByteArray())),
                    sequence(integer(longer), integer(s.toByteArray())),
                    sequence(integer(r.toByteArray()), integer(s.toByteArray()), zero),
                    joined(new byte[] {0x30, (byte) 0x81, (byte) body.length}, body),
                    joined(new byte[] {0x30, (byte) 0x82, 0, (byte) body.length}, body),
                    indefinite,
                    joined(der, new byte[1]),
                    Arrays.copyOf(der, der.length - 1),
                    sequence(zero, integer(s.toByteArray())),
                    sequence(integer(r.toByteArray()), zero),
                    sequence(integer(r.toByteArray()), integer(new byte[0])),
                    sequence(integer(s.toByteArray()), integer(r.toByteArray())),
                    joined(fixed(r), fixed(s)),
                    new byte[0]);
        }

        /** As IEEE P1363 has it. */
        private static byte[] fixed(BigInteger number) {
            byte[] bytes = number.toByteArray();
            return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
        }

        private static byte[] integer(byte[] content) {
            return joined(new byte[] {0x02, (byte) content.length}, content);
        }

        private static byte[] sequence(byte[]... values) {
            byte[] body = joined(values);
            return joined(new byte[] {0x30, (byte) body.length}, body);
        }

        private static byte[] joined(byte[]... parts) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            return all.toByteArray();
        }

        Bytes inPlaceOfItself(byte[] signature) {
            return replaced(cms, signature);
        }

        /** The CMS signature with another signature value in it, and all else as it was. */
        static Bytes replaced(Bytes cms, byte[] signature) {
            try {
                var data = org.bouncycastle.asn1.cms.SignedData.getInstance(
                        ContentInfo.getInstance(cms.toArray()).getContent());
                SignerInfo info = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
                var changed = new SignerInfo(
                        info.getSID(),
                        info.getDigestAlgorithm(),
                        info.getAuthenticatedAttributes(),
                        info.getDigestEncryptionAlgorithm(),
                        new DEROctetString(signature),
                        null);
                var around = new org.bouncycastle.asn1.cms.SignedData(
                        data.getDigestAlgorithms(), data.getEncapContentInfo(), null, null, new DERSet(changed));
                return Bytes.of(new ContentInfo(CMSObjectIdentifiers.signedData, around).getEncoded("DER"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Makes signatures that are wrong in one chosen way, through Bouncy Castle's own generator. */
    private static final class Signer {
        private final Credential credential;
        private byte[] certificateHash;
        private String algorithm;
        private boolean signedAttributes = true;
        private boolean signingCertificate = true;
        private boolean extra;
        private boolean twoValues;
        private boolean unsignedAttribute;
        private boolean enclosedCertificate;
        private boolean enclosedContent;
        private boolean byKeyIdentifier;
        private boolean first = true;
        private Credential second;
        private X509Certificate namedCertificate;

        Signer(Credential credential) {
            this.credential = credential;
            this.certificateHash =
                    Sha256.of(Certificates.encode(credential.certificate())).toArray();
            this.algorithm = credential.privateKey().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        }

        Bytes sign() {
            try {
                var generator = new CMSSignedDataGenerator();
                if (first) {
                    add(generator, credential);
                }
                if (second != null) {
                    add(generator, second);
                }
                if (enclosedCertificate) {
                    generator.addCertificates(new JcaCertStore(credential.chain()));
                }
                var data = generator.generate(new CMSProcessableByteArray(CONTENT.toArray()), enclosedContent);
                return Bytes.of(data.toASN1Structure().getEncoded("DER"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private void add(CMSSignedDataGenerator generator, Credential signer) throws Exception {
            var builder = new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build());
            builder.setDirectSignature(!signedAttributes);
            builder.setSignedAttributeGenerator(new SimpleAttributeTableGenerator(attributes()));
            if (unsignedAttribute) {
                builder.setUnsignedAttributeGenerator(new SimpleAttributeTableGenerator(
                        new AttributeTable(new DERSet(attribute("1.2.3.4", new DERUTF8String("x"))))));
            }
            var contentSigner = new JcaContentSignerBuilder(algorithm)
                    .setProvider(new BouncyCastleProvider())
                    .build(signer.privateKey());
            generator.addSignerInfoGenerator(
                    byKeyIdentifier
                            ? builder.build(contentSigner, new byte[20])
                            : builder.build(contentSigner, signer.certificate()));
        }

        private AttributeTable attributes() {
            var values = new ASN1EncodableVector();
            values.add(new Attribute(CMSAttributes.contentType, new DERSet(CMSObjectIdentifiers.data)));
            String hash = algorithm.startsWith("SHA384") ? "SHA-384" : "SHA-256";
            values.add(new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(digest(hash)))));
            if (signingCertificate) {
                var id = namedCertificate == null
                        ? new ESSCertIDv2(certificateHash)
                        : new ESSCertIDv2(
                                null,
                                certificateHash,
                                new IssuerSerial(
                                        new GeneralNames(new GeneralName(X500Name.getInstance(namedCertificate
                                                .getIssuerX500Principal()
                                                .getEncoded()))),
                                        namedCertificate.getSerialNumber()));
                var value = new SigningCertificateV2(id);
                var set = new ASN1EncodableVector();
                set.add(value);
                if (twoValues) {
                    set.add(new SigningCertificateV2(new ESSCertIDv2(new byte[32])));
                }
                values.add(new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(set)));
            }
            if (extra) {
                values.add(attribute("1.2.3.4", new DERUTF8String("x")));
            }
            return new AttributeTable(values);
        }

        private static Attribute attribute(String oid, DERUTF8String value) {
            return new Attribute(new ASN1ObjectIdentifier(oid), new DERSet(value));
        }

        private static byte[] digest(String hash) {
            try {
                return MessageDigest.getInstance(hash).digest(CONTENT.toArray());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
