package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.trust.CertificateLife;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.TBSCertificate;

/**
 * The last look at a certificate before it is signed, which takes nothing from the code that wrote it on trust. What it finds is a
 * bug of ours, so it throws.
 */
final class Lint {

    private static final int MAX_SERIAL_BITS = 159; // 20 octets, positive (RFC 5280 section 4.1.2.2).
    private static final Set<ASN1ObjectIdentifier> ALWAYS = Set.of(
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            Extension.subjectAlternativeName,
            Extension.subjectKeyIdentifier,
            Extension.authorityKeyIdentifier);
    private static final Set<ASN1ObjectIdentifier> LOCATORS =
            Set.of(Extension.cRLDistributionPoints, Extension.authorityInfoAccess);
    private static final Set<ASN1ObjectIdentifier> CRITICAL = Set.of(Extension.keyUsage, Extension.extendedKeyUsage);

    private Lint() {}

    static void check(TBSCertificate content, CertificateOrder order, Authority authority) {
        X509Certificate issuer = authority.certificate();
        require(content.getVersionNumber() == 3, "version");
        BigInteger serial = content.getSerialNumber().getValue();
        require(serial.signum() > 0 && serial.bitLength() <= MAX_SERIAL_BITS, "serial number");
        require(content.getSignature().equals(authority.algorithmIdentifier()), "signature algorithm");
        require(
                content.getIssuer()
                        .equals(X500Name.getInstance(
                                issuer.getSubjectX500Principal().getEncoded())),
                "issuer");
        require(content.getSubject().equals(CertificateTemplate.subject(order)), "subject");
        require(Arrays.equals(encoded(content), order.publicKey().getEncoded()), "key");
        validity(content, order, issuer);
        extensions(content.getExtensions(), order, issuer);
    }

    private static byte[] encoded(TBSCertificate content) {
        try {
            return content.getSubjectPublicKeyInfo().getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("lint: key", e);
        }
    }

    private static void validity(TBSCertificate content, CertificateOrder order, X509Certificate issuer) {
        Instant notBefore = content.getStartDate().getDate().toInstant();
        Instant notAfter = content.getEndDate().getDate().toInstant();
        require(notBefore.isBefore(notAfter), "validity");
        require(!notBefore.isBefore(issuer.getNotBefore().toInstant()), "notBefore");
        require(!notAfter.isAfter(issuer.getNotAfter().toInstant()), "notAfter");
        Instant longest = notBefore.plus(order.profile().validity()).plus(CertificateLife.BACKDATING);
        require(!notAfter.isAfter(longest), "lifetime");
    }

    private static void extensions(Extensions extensions, CertificateOrder order, X509Certificate issuer) {
        Set<ASN1ObjectIdentifier> present = Set.of(extensions.getExtensionOIDs());
        CertificateRole role = order.profile().role();
        Set<ASN1ObjectIdentifier> required = new HashSet<>(ALWAYS);
        if (role == CertificateRole.OCSP) {
            required.add(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck);
        }
        Set<ASN1ObjectIdentifier> rest = new HashSet<>(present);
        require(rest.containsAll(required), "extensions");
        rest.removeAll(required);
        require(rest.isEmpty() || (rest.equals(LOCATORS) && role != CertificateRole.OCSP), "extensions");
        require(Set.of(extensions.getCriticalExtensionOIDs()).equals(CRITICAL), "critical extensions");

        require(KeyUsage.fromExtensions(extensions).equals(new KeyUsage(KeyUsage.digitalSignature)), "key usage");
        KeyPurposeId[] purposes = ExtendedKeyUsage.fromExtensions(extensions).getUsages();
        require(purposes.length == 1 && purposes[0].equals(CertificateTemplate.purpose(role)), "extended key usage");
        GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        require(names.equals(CertificateTemplate.alternativeName(order)), "alternative name");
        keyIdentifiers(extensions, order, issuer);
    }

    private static void keyIdentifiers(Extensions extensions, CertificateOrder order, X509Certificate issuer) {
        var identifiers = CertificateTemplate.identifiers();
        SubjectKeyIdentifier own = identifiers.createSubjectKeyIdentifier(order.publicKey());
        require(SubjectKeyIdentifier.fromExtensions(extensions).equals(own), "subject key identifier");
        AuthorityKeyIdentifier authority = identifiers.createAuthorityKeyIdentifier(issuer.getPublicKey());
        require(AuthorityKeyIdentifier.fromExtensions(extensions).equals(authority), "authority key identifier");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("lint: a certificate was about to be signed with a wrong " + what);
        }
    }
}
