package dev.waxwing.ca.issuance;

import dev.waxwing.ca.inventory.CertificateRole;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;

/** Looks at the bytes of certificates by the rules of RFC 5280, and trusts nothing of the code that makes them. */
final class CertificateLints {

    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";
    private static final Set<String> CURVES = Set.of("1.2.840.10045.3.1.7", "1.3.132.0.34");
    private static final Set<String> ECDSA = Set.of("1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3");

    private final List<String> faults = new ArrayList<>();
    private final byte[] der;
    private final Certificate certificate;
    private final TBSCertificate content;
    private final Extensions extensions;
    private final Certificate issuer;

    private CertificateLints(byte[] der, byte[] issuer) {
        this.der = der;
        this.certificate = Certificate.getInstance(der);
        this.content = certificate.getTBSCertificate();
        this.extensions = content.getExtensions();
        this.issuer = Certificate.getInstance(issuer);
    }

    /** What is wrong with a certificate of an end entity. */
    static List<String> endEntity(byte[] der, byte[] issuer, CertificateRole role, String name, Duration longest)
            throws IOException {
        CertificateLints lints = new CertificateLints(der, issuer);
        lints.common();
        lints.leaf(role, name, longest);
        return lints.faults;
    }

    /** What is wrong with a certificate of an authority. */
    static List<String> authority(byte[] der, byte[] issuer, int pathLength) throws IOException {
        CertificateLints lints = new CertificateLints(der, issuer);
        lints.common();
        lints.ca(pathLength);
        return lints.faults;
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            faults.add(rule);
        }
    }

    private void common() throws IOException {
        require(Arrays.equals(ASN1Primitive.fromByteArray(der).getEncoded("DER"), der), "X.690: the encoding is DER");
        require(content.getVersionNumber() == 3, "4.1.2.1: version 3");
        serialNumber();
        require(
                certificate.getSignatureAlgorithm().equals(content.getSignature()),
                "4.1.1.2: both signature algorithms are the same");
        require(
                ECDSA.contains(content.getSignature().getAlgorithm().getId())
                        && content.getSignature().getParameters() == null,
                "RFC 5758 3.2: ECDSA with SHA-2, without parameters");
        require(certificate.getSignature().getPadBits() == 0, "4.1.1.3: a signature of whole octets");
        require(
                Arrays.equals(
                        content.getIssuer().getEncoded(),
                        issuer.getTBSCertificate().getSubject().getEncoded()),
                "4.1.2.4: the issuer is the issuer's subject, byte for byte");
        require(content.getIssuerUniqueId() == null && content.getSubjectUniqueId() == null, "4.1.2.8: no unique ids");
        subject();
        time(content.getStartDate(), "notBefore");
        time(content.getEndDate(), "notAfter");
        key();
        keyIdentifiers();
        List<ASN1ObjectIdentifier> all = List.of(extensions.getExtensionOIDs());
        require(Set.copyOf(all).size() == all.size(), "4.2: no extension twice");
    }

    private void serialNumber() {
        BigInteger serial = content.getSerialNumber().getValue();
        byte[] encoded = serial.toByteArray();
        require(serial.signum() > 0, "4.1.2.2: a positive serial number");
        require(encoded.length <= 20, "4.1.2.2: a serial number of 20 octets at most");
        require(serial.bitLength() > 64, "a serial number of more than 64 random bits");
        require(encoded.length == 1 || encoded[0] != 0 || encoded[1] < 0, "X.690: no needless zero in front");
    }

    private void subject() throws IOException {
        X500Name subject = content.getSubject();
        require(subject.getRDNs().length == 1, "one part of a name");
        ASN1Encodable value = subject.getRDNs()[0].getFirst().getValue();
        require(value instanceof DERUTF8String, "4.1.2.4: names are UTF8String");
        require(value.toString().length() <= 64, "A.1: a common name of 64 characters at most");
    }

    private void time(Time time, String which) {
        ASN1Primitive encoded = time.toASN1Primitive();
        int year = time.getDate().toInstant().atOffset(ZoneOffset.UTC).getYear();
        boolean utc = encoded instanceof ASN1UTCTime;
        require(utc == year < 2050, "4.1.2.5: " + which + " is UTCTime through 2049, GeneralizedTime from 2050");
        String text = encoded instanceof ASN1GeneralizedTime general
                ? general.getTimeString()
                : ((ASN1UTCTime) encoded).getTime();
        byte[] raw = raw(encoded);
        String written = new String(raw, 2, raw.length - 2, StandardCharsets.US_ASCII);
        require(
                written.matches(utc ? "[0-9]{12}Z" : "[0-9]{14}Z"),
                "4.1.2.5: " + which + " has seconds, no fractions, and ends in Z: " + text);
    }

    private static byte[] raw(ASN1Primitive value) {
        try {
            return value.getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void key() throws IOException {
        SubjectPublicKeyInfo info = content.getSubjectPublicKeyInfo();
        ASN1Encodable parameters = info.getAlgorithm().getParameters();
        switch (info.getAlgorithm().getAlgorithm().getId()) {
            case RSA -> {
                require(DERNull.INSTANCE.equals(parameters), "RFC 3279 2.3.1: RSA with parameters NULL");
                ASN1Sequence numbers = (ASN1Sequence) info.parsePublicKey();
                BigInteger modulus = ((ASN1Integer) numbers.getObjectAt(0)).getValue();
                require(modulus.signum() > 0 && modulus.bitLength() >= 2048, "RSA of 2048 bits at least");
            }
            case EC -> {
                require(
                        parameters instanceof ASN1ObjectIdentifier curve && CURVES.contains(curve.getId()),
                        "RFC 5480 2.1.1: a named curve");
                byte[] point = info.getPublicKeyData().getBytes();
                require(point[0] == 0x04, "RFC 5480 2.2: a point that is not compressed");
                require(point.length == 65 || point.length == 97, "RFC 5480 2.2: a whole point");
            }
            default -> faults.add("a key that is neither RSA nor ECDSA");
        }
        require(info.getPublicKeyData().getPadBits() == 0, "a key of whole octets");
    }

    private void keyIdentifiers() {
        byte[] own = SubjectKeyIdentifier.fromExtensions(extensions).getKeyIdentifier();
        require(
                Arrays.equals(own, sha1(content.getSubjectPublicKeyInfo())),
                "4.2.1.2: the subject key identifier is SHA-1 of the key");
        AuthorityKeyIdentifier authority = AuthorityKeyIdentifier.fromExtensions(extensions);
        require(
                authority != null
                        && Arrays.equals(
                                authority.getKeyIdentifierOctets(),
                                SubjectKeyIdentifier.fromExtensions(
                                                issuer.getTBSCertificate().getExtensions())
                                        .getKeyIdentifier()),
                "4.2.1.1: the authority key identifier is the issuer's subject key identifier");
        require(
                authority == null
                        || authority.getAuthorityCertIssuer() == null
                                && authority.getAuthorityCertSerialNumber() == null,
                "4.2.1.1: no issuer and serial number, which would forbid a renewed authority");
    }

    private static byte[] sha1(SubjectPublicKeyInfo info) {
        try {
            return MessageDigest.getInstance("SHA-1")
                    .digest(info.getPublicKeyData().getBytes());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void leaf(CertificateRole role, String name, Duration longest) {
        Set<String> critical = oids(extensions.getCriticalExtensionOIDs());
        require(
                critical.equals(oids(Extension.keyUsage, Extension.extendedKeyUsage)),
                "exactly key usage and extended key usage are critical");
        Set<String> others = oids(extensions.getNonCriticalExtensionOIDs());
        Set<String> expected = new TreeSet<>(oids(
                Extension.subjectAlternativeName, Extension.subjectKeyIdentifier, Extension.authorityKeyIdentifier));
        expected.addAll(
                role == CertificateRole.OCSP
                        ? Set.of("1.3.6.1.5.5.7.48.1.5")
                        : oids(Extension.cRLDistributionPoints, Extension.authorityInfoAccess));
        require(others.equals(expected), "the other extensions are " + expected + ", not " + others);
        keyUsage(KeyUsage.digitalSignature);
        KeyPurposeId[] purposes = ExtendedKeyUsage.fromExtensions(extensions).getUsages();
        require(
                purposes.length == 1 && purposes[0].getId().equals(role.extendedKeyUsage()),
                "one purpose, that of the role");
        GeneralName[] names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                .getNames();
        require(
                names.length == 1
                        && names[0].getTagNo() == GeneralName.uniformResourceIdentifier
                        && names[0].getName().toString().equals(role.uriPrefix() + name),
                "one alternative name, the URI of the role");
        require(content.getSubject().toString().equals("CN=" + name), "the subject is the name");
        Duration life = Duration.between(
                content.getStartDate().getDate().toInstant(),
                content.getEndDate().getDate().toInstant());
        require(
                life.isPositive() && life.compareTo(longest.plus(Duration.ofMinutes(5))) <= 0,
                "no longer than the profile says");
        require(
                !content.getEndDate()
                        .getDate()
                        .after(issuer.getTBSCertificate().getEndDate().getDate()),
                "no longer than the issuer");
        locators(role);
    }

    private void locators(CertificateRole role) {
        if (role != CertificateRole.OCSP) {
            String list = ascii(Extension.cRLDistributionPoints);
            String responder = ascii(Extension.authorityInfoAccess);
            require(list.contains("http://gate.example.org/pki/crl"), "4.2.1.13: where the list is");
            require(responder.contains("http://gate.example.org/pki/ocsp"), "4.2.2.1: where the responder is");
        }
    }

    private String ascii(ASN1ObjectIdentifier oid) {
        Extension extension = extensions.getExtension(oid);
        return extension == null ? "" : new String(extension.getExtnValue().getOctets(), StandardCharsets.ISO_8859_1);
    }

    private void ca(int pathLength) {
        require(
                oids(extensions.getCriticalExtensionOIDs())
                        .equals(oids(Extension.keyUsage, Extension.basicConstraints)),
                "4.2.1.9: exactly key usage and basic constraints are critical");
        BasicConstraints constraints = BasicConstraints.fromExtensions(extensions);
        require(constraints.isCA(), "4.2.1.9: an authority");
        BigInteger limit = constraints.getPathLenConstraint();
        require(
                pathLength < 0 ? limit == null : limit != null && limit.intValueExact() == pathLength,
                "4.2.1.9: the length of the path");
        keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    private void keyUsage(int bits) {
        ASN1BitString usage =
                ASN1BitString.getInstance(KeyUsage.fromExtensions(extensions).toASN1Primitive());
        require(usage.equals(new KeyUsage(bits).toASN1Primitive()), "4.2.1.3: key usage");
        byte[] octets = usage.getBytes();
        require(
                octets.length > 0 && (octets[octets.length - 1] >> usage.getPadBits() & 1) == 1,
                "X.690 11.2.2: no zero bits at the end of a named bit list");
    }

    private static Set<String> oids(ASN1ObjectIdentifier... oids) {
        Set<String> texts = new TreeSet<>();
        for (ASN1ObjectIdentifier oid : oids) {
            texts.add(oid.getId());
        }
        return texts;
    }
}
