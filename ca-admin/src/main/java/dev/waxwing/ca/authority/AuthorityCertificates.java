package dev.waxwing.ca.authority;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;

/** Makes the certificates of the authorities themselves (RFC 5280 section 4). */
final class AuthorityCertificates {

    private static final Period ROOT_LIFETIME = Period.ofYears(20);
    private static final Period ISSUING_LIFETIME = Period.ofYears(5);

    /** Authorities begin a little in the past, so that a device whose clock is behind believes them from the first day. */
    private static final Duration BACKDATING = Duration.ofHours(1);

    private final Clock clock;
    private final SecureRandom random;

    AuthorityCertificates(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    X509Certificate root(KeyPair pair, AuthorityId id) {
        X500Name name = new X500Name("CN=Waxwing Root CA " + id);
        ContentSigner signer =
                Authority.contentSigner(new SoftwareSigner(pair.getPrivate(), pair.getPublic(), "SHA384withECDSA"));
        return build(name, name, pair.getPublic(), pair.getPublic(), notAfter(ROOT_LIFETIME), 1, signer);
    }

    X509Certificate issuing(PublicKey key, AuthorityId id, Authority root) {
        X500Name issuer = X500Name.getInstance(
                root.certificate().getSubjectX500Principal().getEncoded());
        Instant rootEnd = root.certificate().getNotAfter().toInstant();
        Instant end = notAfter(ISSUING_LIFETIME);
        return build(
                issuer,
                new X500Name("CN=Waxwing Issuing CA " + id),
                key,
                root.certificate().getPublicKey(),
                end.isAfter(rootEnd) ? rootEnd : end,
                0,
                root.contentSigner());
    }

    private X509Certificate build(
            X500Name issuer,
            X500Name subject,
            PublicKey key,
            PublicKey issuerKey,
            Instant notAfter,
            int pathLength,
            ContentSigner signer) {
        try {
            var extensions = new JcaX509ExtensionUtils();
            var builder = new X509v3CertificateBuilder(
                            issuer,
                            SerialNumbers.random(random),
                            Date.from(now().minus(BACKDATING)),
                            Date.from(notAfter),
                            subject,
                            SubjectPublicKeyInfo.getInstance(key.getEncoded()))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(issuerKey));
            X509Certificate certificate =
                    Certificates.parse(builder.build(signer).getEncoded());
            certificate.verify(issuerKey);
            return certificate;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the authority's certificate could not be made", e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private Instant notAfter(Period lifetime) {
        return now().atOffset(ZoneOffset.UTC).plus(lifetime).toInstant();
    }
}
