package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * A complete revocation list (RFC 5280 section 5) whose signature by its issuer holds. Whether it is current is not looked at.
 * Immutable.
 */
public final class SignedList {

    private static final String NUMBER = "2.5.29.20";
    private static final String DELTA = "2.5.29.27";
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    private final X509CRL list;

    private SignedList(X509CRL list) {
        this.list = list;
    }

    /**
     * Verifies and parses a list, in this order: what the issuer has not signed reaches no parser but the strict one.
     *
     * @throws UntrustedException {@link Reason#UNKNOWN_ISSUER} or {@link Reason#WEAK_KEY} if the issuer has not signed it,
     *     {@link Reason#MALFORMED} if it is not a complete list
     */
    public static SignedList of(Bytes der, X509Certificate issuer) throws UntrustedException {
        requireSignature(der, issuer);
        return parse(der, issuer);
    }

    private static void requireSignature(Bytes der, X509Certificate issuer) throws UntrustedException {
        try {
            Der input = new Der(der.toArray());
            Der list = input.enter(Der.SEQUENCE);
            input.end();
            byte[] content = list.whole(Der.SEQUENCE);
            String oid = AuthoritySignatures.algorithm(list);
            byte[] signature = list.bits();
            list.end();
            String algorithm = AuthoritySignatures.ALGORITHMS.get(oid);
            if (algorithm == null) {
                throw new UntrustedException(Reason.WEAK_KEY, "the revocation list is signed with " + oid);
            }
            if (!agrees(algorithm, issuer.getPublicKey(), content, signature)) {
                throw new UntrustedException(
                        Reason.UNKNOWN_ISSUER,
                        "the revocation list is not signed by "
                                + issuer.getSubjectX500Principal().getName());
            }
        } catch (Der.MalformedException e) {
            throw new UntrustedException(Reason.MALFORMED, "the revocation list: " + e.getMessage(), e);
        }
    }

    private static boolean agrees(String algorithm, PublicKey key, byte[] content, byte[] signature) {
        try {
            Signature engine = Signature.getInstance(algorithm);
            engine.initVerify(key);
            engine.update(content);
            return engine.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // An algorithm for another kind of key, or bytes that are no signature.
        }
    }

    private static SignedList parse(Bytes der, X509Certificate issuer) throws UntrustedException {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der.toArray()));
            if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw new UntrustedException(Reason.UNKNOWN_ISSUER, "the revocation list is another issuer's");
            }
            if (list.hasUnsupportedCriticalExtension()
                    || list.getExtensionValue(DELTA) != null
                    || list.getExtensionValue(ISSUING_DISTRIBUTION_POINT) != null) {
                throw new UntrustedException(Reason.MALFORMED, "the revocation list is not a complete one");
            }
            return new SignedList(list);
        } catch (GeneralSecurityException | RuntimeException e) {
            // The JDK's parser has unchecked exceptions for some of what it cannot read.
            throw new UntrustedException(Reason.MALFORMED, "the revocation list: " + e.getMessage(), e);
        }
    }

    /** Its CRL number, 0 or more. */
    public BigInteger number() throws UntrustedException {
        byte[] extension = list.getExtensionValue(NUMBER);
        if (extension == null) {
            throw new UntrustedException(Reason.MALFORMED, "the revocation list has no number");
        }
        try {
            Der value = new Der(extension);
            Der content = new Der(value.content(Der.OCTET_STRING));
            value.end();
            BigInteger number = content.integer();
            content.end();
            if (number.signum() < 0) {
                throw new UntrustedException(Reason.MALFORMED, "the revocation list has a negative number");
            }
            return number;
        } catch (Der.MalformedException e) {
            throw new UntrustedException(Reason.MALFORMED, "the revocation list's number: " + e.getMessage(), e);
        }
    }

    /** Whether it was current at that time, with the clock difference that is allowed. */
    public boolean isCurrent(Instant at) {
        return !list.getThisUpdate().toInstant().isAfter(at.plus(StapledStatus.SKEW))
                && list.getNextUpdate() != null
                && !list.getNextUpdate().toInstant().isBefore(at.minus(StapledStatus.SKEW));
    }

    /** Whether it names this certificate of its issuer. */
    public boolean names(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().equals(list.getIssuerX500Principal())
                && list.getRevokedCertificate(certificate.getSerialNumber()) != null;
    }

    /** The serial numbers that it names. */
    Set<BigInteger> serialNumbers() {
        Set<BigInteger> named = new HashSet<>();
        Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
        if (entries != null) {
            entries.forEach(entry -> named.add(entry.getSerialNumber()));
        }
        return named;
    }
}
