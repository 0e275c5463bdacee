package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.SerialNumbers;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.trust.CertificateLife;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.jspecify.annotations.Nullable;

/** Writes down what an end-entity certificate says (docs/protocol.md, section 7.1; RFC 5280 section 4). Stateless. */
final class CertificateTemplate {

    private final PkiProperties properties;
    private final SecureRandom random;

    CertificateTemplate(PkiProperties properties, SecureRandom random) {
        this.properties = properties;
        this.random = random;
    }

    TBSCertificate fill(CertificateOrder order, Authority authority, Instant now) {
        X509Certificate issuer = authority.certificate();
        Instant present = now.truncatedTo(ChronoUnit.SECONDS);
        V3TBSCertificateGenerator content = new V3TBSCertificateGenerator();
        content.setSerialNumber(new ASN1Integer(SerialNumbers.random(random)));
        content.setSignature(authority.algorithmIdentifier());
        content.setIssuer(X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()));
        content.setStartDate(time(later(
                present.minus(CertificateLife.BACKDATING), issuer.getNotBefore().toInstant())));
        content.setEndDate(time(
                earlier(present.plus(order.validity()), issuer.getNotAfter().toInstant())));
        content.setSubject(subject(order));
        content.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(order.publicKey().getEncoded()));
        try {
            content.setExtensions(extensions(order, authority).generate());
        } catch (IOException e) {
            throw new UncheckedIOException("extensions are encoded in memory", e);
        }
        return content.generateTBSCertificate();
    }

    static X500Name subject(CertificateOrder order) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, order.name().value())
                .build();
    }

    private ExtensionsGenerator extensions(CertificateOrder order, Authority issuer) throws IOException {
        CertificateRole role = order.profile().role();
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        extensions.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose(role)));
        extensions.addExtension(Extension.subjectAlternativeName, false, alternativeName(order));
        JcaX509ExtensionUtils identifiers = identifiers();
        extensions.addExtension(
                Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(order.publicKey()));
        extensions.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
        if (role == CertificateRole.OCSP) {
            // RFC 6960 section 4.2.2.2.1: otherwise its status would be asked of itself.
            extensions.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
        } else {
            addLocators(extensions, issuer.id());
        }
        return extensions;
    }

    private void addLocators(ExtensionsGenerator extensions, AuthorityId issuer) throws IOException {
        GeneralName list = locator("/pki/crl/" + issuer);
        GeneralName responder = locator("/pki/ocsp");
        if (list == null || responder == null) {
            return;
        }
        var point = new DistributionPoint(new DistributionPointName(new GeneralNames(list)), null, null);
        extensions.addExtension(
                Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {point}));
        extensions.addExtension(
                Extension.authorityInfoAccess,
                false,
                new AuthorityInformationAccess(new AccessDescription(AccessDescription.id_ad_ocsp, responder)));
    }

    private @Nullable GeneralName locator(String path) {
        String url = properties.locator(path);
        return url == null ? null : new GeneralName(GeneralName.uniformResourceIdentifier, url);
    }

    static KeyPurposeId purpose(CertificateRole role) {
        return KeyPurposeId.getInstance(new ASN1ObjectIdentifier(role.extendedKeyUsage()));
    }

    static GeneralNames alternativeName(CertificateOrder order) {
        String uri = order.profile().role().uriPrefix() + order.name();
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    static JcaX509ExtensionUtils identifiers() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "every Java platform has SHA-1, which names keys here and protects nothing", e);
        }
    }

    private static Time time(Instant instant) {
        return new Time(
                Date.from(instant)); // UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5).
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
