package dev.waxwing.trust;

import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority for tests: a root, an issuing authority, and whatever certificates a test asks for. */
public final class TestPki {

    /** The present of every test authority. */
    public static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Credential root;
    private final Credential issuing;

    /** What a test says about one certificate before it is issued. Everything has a right default. */
    public static final class Request {
        private final Credential issuer;
        private String subject;
        private KeyPair keys = p256();
        private Instant notBefore = NOW.minus(Duration.ofDays(1));
        private Instant notAfter = NOW.plus(Duration.ofDays(90));
        private @Nullable ExtendedKeyUsage extendedKeyUsage;
        private boolean criticalUsage = true;
        private boolean criticalNames;
        private @Nullable GeneralNames alternativeNames;
        private int keyUsage = KeyUsage.digitalSignature;
        private @Nullable BasicConstraints basicConstraints;
        private @Nullable String ocspLocator;
        private boolean noCheck;
        private @Nullable String signatureAlgorithm;

        private Request(Credential issuer, String subject) {
            this.issuer = issuer;
            this.subject = subject;
        }

        public Request subject(String distinguishedName) {
            this.subject = distinguishedName;
            return this;
        }

        public Request keys(KeyPair keyPair) {
            this.keys = keyPair;
            return this;
        }

        public Request validity(Instant from, Instant to) {
            this.notBefore = from;
            this.notAfter = to;
            return this;
        }

        public Request expired() {
            return validity(NOW.minus(Duration.ofDays(2)), NOW.minus(Duration.ofSeconds(1)));
        }

        public Request notYetValid() {
            return validity(NOW.plus(Duration.ofSeconds(1)), NOW.plus(Duration.ofDays(2)));
        }

        public Request role(Role role) {
            return usages(role.oid());
        }

        /** Extended key usages by object identifier; none leaves the extension out. */
        public Request usages(String... oids) {
            this.extendedKeyUsage = oids.length == 0
                    ? null
                    : new ExtendedKeyUsage(Stream.of(oids)
                            .map(oid -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                            .toArray(KeyPurposeId[]::new));
            return this;
        }

        public Request uncriticalUsage() {
            this.criticalUsage = false;
            return this;
        }

        /** Subject alternative names; none leaves the extension out. */
        public Request alternativeNames(GeneralName... names) {
            this.alternativeNames = names.length == 0 ? null : new GeneralNames(names);
            return this;
        }

        public Request criticalAlternativeNames() {
            this.criticalNames = true;
            return this;
        }

        public Request uri(String uri) {
            return alternativeNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        }

        /** Bits of {@link KeyUsage}. */
        public Request keyUsage(int bits) {
            this.keyUsage = bits;
            return this;
        }

        public Request authority(int pathLength) {
            this.basicConstraints = new BasicConstraints(pathLength);
            return keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
        }

        public Request ocspLocator(String url) {
            this.ocspLocator = url;
            return this;
        }

        public Request ocspNoCheck() {
            this.noCheck = true;
            return this;
        }

        public Request signedWith(String algorithm) {
            this.signatureAlgorithm = algorithm;
            return this;
        }

        public Credential issue() {
            X509Certificate certificate =
                    make(issuer.certificate().getSubjectX500Principal().getName(), issuer);
            List<X509Certificate> above = issuer.certificate().getBasicConstraints() == 0 ? issuer.chain() : List.of();
            return new Credential(
                    keys.getPrivate(),
                    Stream.concat(Stream.of(certificate), above.stream()).toList());
        }

        private X509Certificate make(String issuerName, Credential signer) {
            try {
                var builder = new JcaX509v3CertificateBuilder(
                        new X500Name(issuerName),
                        new BigInteger(127, RANDOM).add(BigInteger.ONE),
                        Date.from(notBefore),
                        Date.from(notAfter),
                        new X500Name(subject),
                        keys.getPublic());
                var extensions = new JcaX509ExtensionUtils();
                builder.addExtension(
                        Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
                builder.addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        extensions.createAuthorityKeyIdentifier(
                                signer.certificate().getPublicKey()));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
                if (basicConstraints != null) {
                    builder.addExtension(Extension.basicConstraints, true, basicConstraints);
                }
                if (extendedKeyUsage != null) {
                    builder.addExtension(Extension.extendedKeyUsage, criticalUsage, extendedKeyUsage);
                }
                if (alternativeNames != null) {
                    builder.addExtension(Extension.subjectAlternativeName, criticalNames, alternativeNames);
                }
                if (ocspLocator != null) {
                    builder.addExtension(
                            Extension.authorityInfoAccess,
                            false,
                            new AuthorityInformationAccess(
                                    AccessDescription.id_ad_ocsp,
                                    new GeneralName(GeneralName.uniformResourceIdentifier, ocspLocator)));
                }
                if (noCheck) {
                    builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
                }
                String algorithm = signatureAlgorithm != null ? signatureAlgorithm : algorithm(signer.privateKey());
                return certificate(builder.build(signer(signer.privateKey(), algorithm)));
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What a test says about an OCSP response before it is signed. */
    public static final class Staple {
        private final BasicOCSPRespBuilder builder;
        private final X509Certificate issuer;
        private Credential signer;
        private Instant thisUpdate = NOW.minus(Duration.ofMinutes(10));
        private @Nullable Instant nextUpdate = NOW.plus(Duration.ofMinutes(50));
        private boolean enclose = true;
        private AlgorithmIdentifier hash = CertificateID.HASH_SHA1;

        private Staple(X509Certificate issuer, Credential signer, RespID responder) {
            this.builder = new BasicOCSPRespBuilder(responder);
            this.issuer = issuer;
            this.signer = signer;
        }

        public Staple times(Instant from, @Nullable Instant to) {
            this.thisUpdate = from;
            this.nextUpdate = to;
            return this;
        }

        /** Certificate ids that are made with SHA-256 from here on. */
        public Staple sha256Ids() {
            this.hash = new AlgorithmIdentifier(new ASN1ObjectIdentifier("2.16.840.1.101.3.4.2.1"));
            return this;
        }

        public Staple good(X509Certificate certificate) {
            return about(certificate, CertificateStatus.GOOD);
        }

        public Staple revoked(X509Certificate certificate, Instant at) {
            return about(certificate, new RevokedStatus(Date.from(at), CRLReason.keyCompromise));
        }

        public Staple unknown(X509Certificate certificate) {
            return about(certificate, new UnknownStatus());
        }

        private Staple about(X509Certificate certificate, CertificateStatus status) {
            try {
                var id = new CertificateID(
                        new JcaDigestCalculatorProviderBuilder().build().get(hash),
                        new X509CertificateHolder(issuer.getEncoded()),
                        certificate.getSerialNumber());
                builder.addResponse(
                        id, status, Date.from(thisUpdate), nextUpdate == null ? null : Date.from(nextUpdate));
                return this;
            } catch (IOException | GeneralSecurityException | OCSPException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }

        public Staple signedBy(Credential otherSigner) {
            this.signer = otherSigner;
            return this;
        }

        public Staple withoutCertificate() {
            this.enclose = false;
            return this;
        }

        public Bytes make() {
            try {
                X509CertificateHolder[] enclosed = enclose
                        ? new X509CertificateHolder[] {
                            new X509CertificateHolder(signer.certificate().getEncoded())
                        }
                        : new X509CertificateHolder[0];
                var basic = builder.build(
                        signer(signer.privateKey(), algorithm(signer.privateKey())), enclosed, Date.from(thisUpdate));
                return Bytes.of(new OCSPRespBuilder()
                        .build(OCSPRespBuilder.SUCCESSFUL, basic)
                        .getEncoded());
            } catch (IOException | GeneralSecurityException | OCSPException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private TestPki(Credential root, Credential issuing) {
        this.root = root;
        this.issuing = issuing;
    }

    /** A new authority, whose root has a name and key that no other has. */
    public static TestPki create() {
        String suffix = HexFormat.of().toHexDigits(RANDOM.nextInt());
        KeyPair rootKeys = ec("secp384r1");
        String rootName = "CN=Test Root CA " + suffix;
        Instant from = NOW.minus(Duration.ofDays(30));
        X509Certificate unsigned = selfSigned(rootKeys, rootName, from);
        Credential root = new Credential(rootKeys.getPrivate(), List.of(unsigned));
        Credential issuing = new Request(root, "CN=Test Issuing CA " + suffix)
                .keys(p256())
                .authority(0)
                .validity(from, NOW.plus(Duration.ofDays(1825)))
                .issue();
        return new TestPki(root, issuing);
    }

    /** Another issuing authority under the same root. */
    public TestPki rotated() {
        Credential next = new Request(
                        root, "CN=Test Issuing CA " + HexFormat.of().toHexDigits(RANDOM.nextInt()))
                .keys(p256())
                .authority(0)
                .validity(NOW.minus(Duration.ofDays(30)), NOW.plus(Duration.ofDays(1825)))
                .issue();
        return new TestPki(root, next);
    }

    /** An authority that was made before; its root does not sign any more. */
    public static TestPki of(X509Certificate root, Credential issuing) {
        return new TestPki(new Credential(issuing.privateKey(), List.of(root)), issuing);
    }

    /** The certificate and key of the root; its chain is the root certificate alone. */
    public Credential rootCredential() {
        return root;
    }

    public X509Certificate rootCertificate() {
        return root.certificate();
    }

    public TrustedRoot root() {
        try {
            return TrustedRoot.of(root.certificate());
        } catch (UntrustedException e) {
            throw new IllegalStateException(e);
        }
    }

    public Credential issuing() {
        return issuing;
    }

    public X509Certificate issuingCertificate() {
        return issuing.certificate();
    }

    /** A right certificate: P-256, from yesterday for 90 days. */
    public Credential issue(Role role, String name) {
        return request(role, name).issue();
    }

    public Request request(Role role, String name) {
        return new Request(issuing, "CN=" + name).role(role).uri(role.uriPrefix() + name);
    }

    /** A request to another issuer than the issuing authority. */
    public static Request requestFrom(Credential issuer, Role role, String name) {
        return new Request(issuer, "CN=" + name).role(role).uri(role.uriPrefix() + name);
    }

    /** A request for a subordinate authority. */
    public static Request authorityUnder(Credential issuer, String name, int pathLength) {
        return new Request(issuer, "CN=" + name).authority(pathLength);
    }

    /** A responder to which the issuing authority delegated OCSP. */
    public Credential ocspResponder() {
        return responderRequest().issue();
    }

    public Request responderRequest() {
        return new Request(issuing, "CN=Test OCSP responder")
                .usages("1.3.6.1.5.5.7.3.9")
                .ocspNoCheck();
    }

    /** An OCSP response that says good, by a delegated responder. */
    public Bytes goodStaple(X509Certificate certificate) {
        return staple(ocspResponder()).good(certificate).make();
    }

    /** A response about certificates of the issuing authority, signed by and naming the responder. */
    public Staple staple(Credential responder) {
        return staple(responder, issuing.certificate());
    }

    public Staple staple(Credential responder, X509Certificate issuer) {
        try {
            return new Staple(
                    issuer,
                    responder,
                    new RespID(new X500Name(
                            responder.certificate().getSubjectX500Principal().getName())));
        } catch (RuntimeException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A response whose signer is named by the hash of its key. */
    public Staple stapleByKey(Credential responder) {
        try {
            var calculator = new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
            var info = SubjectPublicKeyInfo.getInstance(
                    responder.certificate().getPublicKey().getEncoded());
            return new Staple(issuing.certificate(), responder, new RespID(info, calculator));
        } catch (OperatorCreationException | OCSPException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The issuing authority's revocation list, in DER, good for a day from {@link #NOW}. */
    public Bytes crl(Collection<X509Certificate> revoked) {
        return crl(issuing, revoked);
    }

    public static Bytes crl(Credential issuer, Collection<X509Certificate> revoked) {
        return crl(issuer, revoked, -1);
    }

    /** The root's revocation list, in DER, with this number. */
    public Bytes rootList(long number, X509Certificate... revoked) {
        return crl(root, List.of(revoked), number);
    }

    /** @param number less than 0 for none */
    public static Bytes crl(Credential issuer, Collection<X509Certificate> revoked, long number) {
        try {
            var builder = new X509v2CRLBuilder(
                    new X500Name(issuer.certificate().getSubjectX500Principal().getName()), Date.from(NOW));
            builder.setNextUpdate(Date.from(NOW.plus(Duration.ofDays(1))));
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(NOW), CRLReason.keyCompromise);
            }
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
            if (number >= 0) {
                builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            }
            return Bytes.of(builder.build(signer(issuer.privateKey(), algorithm(issuer.privateKey())))
                    .getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A verifier of peers with this role under this root, with stapled status, at {@link #NOW}. */
    public PeerVerifier verifier(Role role) {
        return new PeerVerifier(root(), role, new StapledStatus(), CLOCK);
    }

    public static KeyPair p256() {
        return ec("secp256r1");
    }

    public static KeyPair ec(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair rsa(int bits) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate selfSigned(KeyPair keys, String name, Instant from) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name(name),
                    BigInteger.valueOf(1 + (RANDOM.nextLong() >>> 1)),
                    Date.from(from),
                    Date.from(NOW.plus(Duration.ofDays(7300))),
                    new X500Name(name),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(1));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return certificate(builder.build(signer(keys.getPrivate(), "SHA384withECDSA")));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate certificate(X509CertificateHolder holder) throws GeneralSecurityException {
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    private static String algorithm(PrivateKey key) {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    private static ContentSigner signer(PrivateKey key, String algorithm) {
        try {
            return new JcaContentSignerBuilder(algorithm).build(key);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
