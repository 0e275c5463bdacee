package dev.waxwing.bench.pki;

import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A root and an issuing authority under it. End entities have P-256 keys and certificates of the issuing authority. */
public final class Authority {

    private static final Duration AGE = Duration.ofDays(1);
    private static final Duration LIFE = Duration.ofDays(90);

    private final SecureRandom random = new SecureRandom();
    private final Instant now = Instant.now();
    private final X509Certificate root;
    private final Credential issuing;

    private Authority(String rootCurve, String rootAlgorithm) {
        KeyPair rootKeys = keys(rootCurve);
        Signing self = new Signing(new X500Name("CN=Bench Root"), rootKeys, rootAlgorithm);
        this.root = certificate(
                self,
                "CN=Bench Root",
                rootKeys,
                List.of(
                        new Part(Extension.basicConstraints, new BasicConstraints(1)),
                        new Part(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
        KeyPair issuingKeys = keys("secp256r1");
        X509Certificate issuer = certificate(
                self,
                "CN=Bench Issuing",
                issuingKeys,
                List.of(
                        new Part(Extension.basicConstraints, new BasicConstraints(0)),
                        new Part(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
        this.issuing = new Credential(issuingKeys.getPrivate(), List.of(issuer));
    }

    /** As Waxwing's own authority: the root has P-384, the issuing authority P-256. */
    public static Authority likeWaxwing() {
        return new Authority("secp384r1", "SHA384withECDSA");
    }

    /** P-256 everywhere, which is the fastest that the peers can have. */
    public static Authority allP256() {
        return new Authority("secp256r1", "SHA256withECDSA");
    }

    public X509Certificate root() {
        return root;
    }

    /** A server or device of the channel. */
    public Credential issue(Role role, String name) {
        return issue(
                name,
                KeyPurposeId.getInstance(new ASN1ObjectIdentifier(role.oid())),
                new GeneralName(GeneralName.uniformResourceIdentifier, role.uriPrefix() + name));
    }

    /** A server on this machine, or its client, of TLS. */
    public Credential issueTls(boolean isServer) {
        return issue(
                isServer ? "localhost" : "client",
                isServer ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth,
                new GeneralName(GeneralName.dNSName, isServer ? "localhost" : "client"));
    }

    private Credential issue(String name, KeyPurposeId purpose, GeneralName alternativeName) {
        KeyPair keys = keys("secp256r1");
        X509Certificate leaf = certificate(
                signing(issuing),
                "CN=" + name,
                keys,
                List.of(
                        new Part(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature)),
                        new Part(Extension.extendedKeyUsage, new ExtendedKeyUsage(purpose)),
                        new Part(Extension.subjectAlternativeName, new GeneralNames(alternativeName))));
        return new Credential(keys.getPrivate(), List.of(leaf, issuing.certificate()));
    }

    /** An OCSP response, good for a day, by a responder to which the issuing authority delegated that. */
    public Bytes staple(X509Certificate certificate) {
        KeyPair keys = keys("secp256r1");
        X509Certificate responder = certificate(
                signing(issuing),
                "CN=Bench OCSP",
                keys,
                List.of(
                        new Part(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature)),
                        new Part(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning)),
                        new Part(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, DERNull.INSTANCE)));
        try {
            Date from = Date.from(now.minus(Duration.ofMinutes(1)));
            var id = new CertificateID(
                    new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
                    new X509CertificateHolder(issuing.certificate().getEncoded()),
                    certificate.getSerialNumber());
            var basic = new BasicOCSPRespBuilder(new RespID(new X500Name("CN=Bench OCSP")))
                    .addResponse(id, CertificateStatus.GOOD, from, Date.from(now.plus(Duration.ofDays(1))))
                    .build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()),
                            new X509CertificateHolder[] {new X509CertificateHolder(responder.getEncoded())},
                            from);
            return Bytes.of(new OCSPRespBuilder()
                    .build(OCSPRespBuilder.SUCCESSFUL, basic)
                    .getEncoded());
        } catch (IOException | GeneralSecurityException | OCSPException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Part(ASN1ObjectIdentifier id, ASN1Encodable value) {

        /** As Waxwing's own authority marks them. */
        boolean isCritical() {
            return id.equals(Extension.basicConstraints)
                    || id.equals(Extension.keyUsage)
                    || id.equals(Extension.extendedKeyUsage);
        }
    }

    private record Signing(X500Name name, KeyPair keys, String algorithm) {}

    private static Signing signing(Credential issuer) {
        return new Signing(
                new X500Name(issuer.certificate().getSubjectX500Principal().getName()),
                new KeyPair(issuer.certificate().getPublicKey(), issuer.privateKey()),
                "SHA256withECDSA");
    }

    private X509Certificate certificate(Signing issuer, String subject, KeyPair keys, List<Part> parts) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer.name(),
                    new BigInteger(127, random).add(BigInteger.ONE),
                    Date.from(now.minus(AGE)),
                    Date.from(now.plus(LIFE)),
                    new X500Name(subject),
                    keys.getPublic());
            var identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(keys.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(issuer.keys().getPublic()));
            for (Part part : parts) {
                builder.addExtension(part.id(), part.isCritical(), part.value());
            }
            var signer = new JcaContentSignerBuilder(issuer.algorithm())
                    .build(issuer.keys().getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyPair keys(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
