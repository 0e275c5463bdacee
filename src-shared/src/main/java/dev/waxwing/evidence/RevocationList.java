package dev.waxwing.evidence;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Der;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A complete revocation list (RFC 5280 section 5) of one issuer, whose signature and time have been checked. */
final class RevocationList {

    private static final String DELTA = "2.5.29.27";
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    private final X509CRL list;

    private RevocationList(X509CRL list) {
        this.list = list;
    }

    /** @throws UntrustedException if it is not a list of this issuer that was current at that time */
    static RevocationList of(Bytes der, X509Certificate issuer, Instant at) throws UntrustedException {
        try {
            // The JDK's factory takes PEM as well, and ignores what follows the list.
            Der input = new Der(der.toArray());
            input.enter(Der.SEQUENCE);
            input.end();
            var factory = CertificateFactory.getInstance("X.509");
            X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der.toArray()));
            if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw new UntrustedException(Reason.UNKNOWN_ISSUER, "the revocation list is another issuer's");
            }
            if (!Certificates.isStrongSignature(list.getSigAlgOID())) {
                throw new UntrustedException(
                        Reason.WEAK_KEY, "the revocation list is signed with " + list.getSigAlgName());
            }
            list.verify(issuer.getPublicKey());
            if (list.hasUnsupportedCriticalExtension()
                    || list.getExtensionValue(DELTA) != null
                    || list.getExtensionValue(ISSUING_DISTRIBUTION_POINT) != null) {
                throw new UntrustedException(Reason.MALFORMED, "the revocation list is not a complete one");
            }
            requireInTime(list, at);
            return new RevocationList(list);
        } catch (GeneralSecurityException | Der.MalformedException e) {
            throw new UntrustedException(Reason.MALFORMED, "the revocation list: " + e.getMessage(), e);
        }
    }

    /** @throws UntrustedException {@link Reason#REVOKED} if the list names this certificate of its issuer */
    void requireAbsent(X509Certificate certificate) throws UntrustedException {
        if (certificate.getIssuerX500Principal().equals(list.getIssuerX500Principal())
                && list.getRevokedCertificate(certificate.getSerialNumber()) != null) {
            throw new UntrustedException(
                    Reason.REVOKED,
                    "revoked: " + certificate.getSubjectX500Principal().getName());
        }
    }

    private static void requireInTime(X509CRL list, Instant at) throws UntrustedException {
        if (list.getThisUpdate().toInstant().isAfter(at.plus(StapledStatus.SKEW))
                || list.getNextUpdate() == null
                || list.getNextUpdate().toInstant().isBefore(at.minus(StapledStatus.SKEW))) {
            throw new UntrustedException(Reason.BAD_STAPLE, "the revocation list was not current at " + at);
        }
    }
}
