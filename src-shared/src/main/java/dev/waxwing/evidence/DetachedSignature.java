package dev.waxwing.evidence;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.EcdsaValue;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Der;
import dev.waxwing.trust.KeyKind;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Detached CMS signatures over manifests and receipts, with exactly three signed attributes and nothing enclosed (protocol
 * section 14.4). Who may sign what is for the caller to decide: {@link #signer} names the certificate to look up, and
 * {@link #verify} says whether that certificate's key signed that content.
 */
public final class DetachedSignature {

    private static final AlgorithmIdentifier SHA256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
    private static final String ECDSA_WITH_SHA256 = "2a8648ce3d040302";
    /** RFC 5754 section 3.2 allows both: rsaEncryption and sha256WithRSAEncryption. */
    private static final Set<String> RSA_WITH_SHA256 = Set.of("2a864886f70d010101", "2a864886f70d01010b");

    private static final Bytes SHA256_DIGEST_INFO = Bytes.fromHex("3031300d060960864801650304020105000420");

    /** The channel's scheme that is also one of CMS. With a key on P-384 CMS signs SHA-256, and the channel SHA-384. */
    private static final SignatureScheme SCHEME = SignatureScheme.ECDSA_SECP256R1_SHA256;

    private DetachedSignature() {}

    /**
     * Signs the content with the JDK's cryptography.
     *
     * @throws IllegalStateException if the credential's key cannot sign
     */
    public static Bytes sign(Bytes content, Credential signer) {
        return sign(content, signer, CryptoProvider.jdk());
    }

    /**
     * Signs the content.
     *
     * @param crypto computes what it has a scheme for; the JDK computes the rest
     * @throws IllegalStateException if the credential's key cannot sign
     */
    public static Bytes sign(Bytes content, Credential signer, CryptoProvider crypto) {
        try {
            X509Certificate certificate = signer.certificate();
            boolean rsa = isRsa(certificate.getPublicKey());
            DERSet attributes = new DERSet(attributes(content, certificate));
            Bytes signature = sign(Bytes.of(attributes.getEncoded(ASN1Encoding.DER)), signer, rsa, crypto);
            var algorithm = rsa
                    ? new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE)
                    : new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
            var signerInfo = new SignerInfo(
                    signerIdentifier(certificate),
                    SHA256,
                    attributes,
                    algorithm,
                    new DEROctetString(signature.toArray()),
                    null);
            var signedData = new org.bouncycastle.asn1.cms.SignedData(
                    new DERSet(SHA256),
                    new ContentInfo(CMSObjectIdentifiers.data, null),
                    null,
                    null,
                    new DERSet(signerInfo));
            return Bytes.of(new ContentInfo(CMSObjectIdentifiers.signedData, signedData).getEncoded(ASN1Encoding.DER));
        } catch (GeneralSecurityException | IOException | UntrustedException e) {
            throw new IllegalStateException("cannot sign as " + signer, e);
        }
    }

    private static Bytes sign(Bytes attributes, Credential signer, boolean rsa, CryptoProvider crypto)
            throws GeneralSecurityException {
        if (SCHEME.fits(signer.certificate().getPublicKey())) {
            return crypto.sign(SCHEME, signer.privateKey(), attributes);
        }
        Signature engine = engine(rsa);
        engine.initSign(signer.privateKey());
        attributes.addTo(engine);
        return Bytes.of(engine.sign());
    }

    /**
     * Which certificate the signature claims to be by. Nothing is verified yet but the form.
     *
     * @throws InvalidSignatureException if the bytes are not in the form of section 14.4
     */
    public static SignerId signer(Bytes signature) throws InvalidSignatureException {
        return parse(signature).signer();
    }

    /**
     * Verifies with the JDK's cryptography that the key of exactly this certificate signed exactly this content. The certificate
     * itself is not judged.
     *
     * @throws InvalidSignatureException if it did not, or the bytes are not in the form of section 14.4
     */
    public static void verify(Bytes content, Bytes signature, X509Certificate signer) throws InvalidSignatureException {
        verify(content, signature, signer, CryptoProvider.jdk());
    }

    /**
     * Verifies the same.
     *
     * @param crypto computes what it has a scheme for; the JDK computes the rest
     * @throws InvalidSignatureException likewise
     */
    public static void verify(Bytes content, Bytes signature, X509Certificate signer, CryptoProvider crypto)
            throws InvalidSignatureException {
        SignedData data = parse(signature);
        SignerId expected = SignerId.of(signer);
        if (!data.signer().equals(expected)
                || data.certificateId() != null && !data.certificateId().equals(expected)) {
            throw new InvalidSignatureException("the signature names another certificate");
        }
        if (!data.certificateSha256().equals(Sha256.of(Certificates.encode(signer)))) {
            throw new InvalidSignatureException("the signature covers the hash of another certificate");
        }
        if (!data.messageDigest().equals(Sha256.of(content))) {
            throw new InvalidSignatureException("the signature is over other content");
        }
        if (!verifies(data, signer, crypto)) {
            throw new InvalidSignatureException("the signature does not verify");
        }
    }

    private static SignedData parse(Bytes signature) throws InvalidSignatureException {
        if (signature.size() > ApplicationMessage.MAX_SIGNATURE) {
            throw new InvalidSignatureException("a signature of " + signature.size() + " bytes");
        }
        try {
            return SignedData.parse(signature);
        } catch (Der.MalformedException e) {
            throw new InvalidSignatureException("signature: " + e.getMessage(), e);
        }
    }

    private static boolean verifies(SignedData data, X509Certificate signer, CryptoProvider crypto)
            throws InvalidSignatureException {
        try {
            PublicKey key = signer.getPublicKey();
            boolean rsa = isRsa(key);
            if (!(rsa
                    ? RSA_WITH_SHA256.contains(data.algorithm())
                    : data.algorithm().equals(ECDSA_WITH_SHA256))) {
                throw new InvalidSignatureException("an algorithm that does not fit the signer's key");
            }
            if (SCHEME.fits(key)) {
                return crypto.verify(SCHEME, key, data.signedAttributes(), data.signature());
            }
            if (!rsa && !EcdsaValue.isDer(data.signature())) {
                return false;
            }
            Signature engine = engine(rsa);
            engine.initVerify(key);
            data.signedAttributes().addTo(engine);
            return engine.verify(data.signature().toArray()) && (!rsa || isOverWholeDigestInfo(data, key));
        } catch (GeneralSecurityException | UntrustedException e) {
            throw new InvalidSignatureException("the signature does not verify: " + e.getMessage(), e);
        }
    }

    /** The JDK also takes a hash whose algorithm lacks its NULL (RFC 8017 section 9.2, note 1), and OpenSSL does not. */
    private static boolean isOverWholeDigestInfo(SignedData data, PublicKey key) throws GeneralSecurityException {
        Cipher raw = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        raw.init(Cipher.DECRYPT_MODE, key);
        Bytes expected = Bytes.concat(SHA256_DIGEST_INFO, Sha256.of(data.signedAttributes()));
        return Bytes.of(raw.doFinal(data.signature().toArray())).equals(expected);
    }

    private static boolean isRsa(PublicKey key) throws UntrustedException {
        return KeyKind.of(key) == KeyKind.RSA;
    }

    private static Signature engine(boolean rsa) throws GeneralSecurityException {
        return Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
    }

    private static ASN1EncodableVector attributes(Bytes content, X509Certificate certificate) {
        var attributes = new ASN1EncodableVector();
        attributes.add(attribute(CMSAttributes.contentType, CMSObjectIdentifiers.data));
        attributes.add(attribute(
                CMSAttributes.messageDigest,
                new DEROctetString(Sha256.of(content).toArray())));
        attributes.add(attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new SigningCertificateV2(new ESSCertIDv2(
                        Sha256.of(Certificates.encode(certificate)).toArray()))));
        return attributes;
    }

    private static Attribute attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new Attribute(type, new DERSet(value));
    }

    private static SignerIdentifier signerIdentifier(X509Certificate certificate) {
        X500Name issuer =
                X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
        return new SignerIdentifier(new IssuerAndSerialNumber(issuer, certificate.getSerialNumber()));
    }
}
