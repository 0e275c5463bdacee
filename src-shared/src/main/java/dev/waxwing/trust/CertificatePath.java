package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** RFC 5280 section 6 over exactly the certificates given, in their order: nothing is searched for or fetched. */
final class CertificatePath {

    /** What may sign a certificate or an OCSP response here: nothing with SHA-1 or less. */
    private static final Set<String> SIGNATURE_OIDS = Set.of(
            "1.2.840.10045.4.3.2",
            "1.2.840.10045.4.3.3",
            "1.2.840.10045.4.3.4",
            "1.2.840.113549.1.1.11",
            "1.2.840.113549.1.1.12",
            "1.2.840.113549.1.1.13");

    private CertificatePath() {}

    /** Whether a signature under this algorithm counts (protocol section 7.1). */
    static boolean isStrong(String signatureOid) {
        return SIGNATURE_OIDS.contains(signatureOid);
    }

    /**
     * What has held is remembered for the rest of its day, in UTC; only the times of the certificates are looked at again then.
     *
     * @param chain the end of the path first, each signed by the next, the last signed by one of the anchors
     * @return the anchor that signed the last
     * @throws UntrustedException if a link does not hold at that time
     */
    static X509Certificate validate(
            List<X509Certificate> chain, List<X509Certificate> anchors, Instant at, AuthoritySignatures signatures)
            throws UntrustedException {
        KnownPaths known = signatures.paths();
        Bytes path = KnownPaths.fingerprint(chain, anchors, at);
        Optional<X509Certificate> remembered = known.anchorOf(path);
        if (remembered.isPresent()) {
            requireInTime(chain, Date.from(at));
            return remembered.get();
        }
        X509Certificate anchor = compute(chain, anchors, at, signatures);
        known.remember(path, anchor);
        return anchor;
    }

    /** From the anchor down, as a path is validated. */
    private static void requireInTime(List<X509Certificate> chain, Date at) throws UntrustedException {
        try {
            for (X509Certificate certificate : chain.reversed()) {
                certificate.checkValidity(at);
            }
        } catch (CertificateExpiredException e) {
            throw new UntrustedException(Reason.EXPIRED, "path: " + e.getMessage(), e);
        } catch (CertificateNotYetValidException e) {
            throw new UntrustedException(Reason.NOT_YET_VALID, "path: " + e.getMessage(), e);
        }
    }

    private static X509Certificate compute(
            List<X509Certificate> chain, List<X509Certificate> anchors, Instant at, AuthoritySignatures signatures)
            throws UntrustedException {
        for (X509Certificate certificate : chain) {
            if (anchors.contains(certificate)) {
                throw new UntrustedException(Reason.BAD_PATH, "the chain holds the root itself");
            }
            if (!isStrong(certificate.getSigAlgOID())) {
                throw new UntrustedException(
                        Reason.WEAK_KEY, "a certificate is signed with " + certificate.getSigAlgName());
            }
            KeyKind.of(certificate.getPublicKey());
        }
        try {
            var parameters = new PKIXParameters(anchors.stream()
                    .map(anchor -> new TrustAnchor(anchor, null))
                    .collect(Collectors.toSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            var path = CertificateFactory.getInstance("X.509")
                    .generateCertPath(chain.stream()
                            .map(certificate -> new SignedCertificate(certificate, signatures))
                            .toList());
            var result = (PKIXCertPathValidatorResult)
                    CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return result.getTrustAnchor().getTrustedCert();
        } catch (CertPathValidatorException e) {
            throw new UntrustedException(reason(e.getReason()), "path: " + e.getMessage(), e);
        } catch (CertificateException | InvalidAlgorithmParameterException e) {
            throw new UntrustedException(Reason.MALFORMED, "path: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PKIX", e);
        }
    }

    private static Reason reason(CertPathValidatorException.Reason reason) {
        return switch (reason) {
            case BasicReason.EXPIRED -> Reason.EXPIRED;
            case BasicReason.NOT_YET_VALID -> Reason.NOT_YET_VALID;
            case BasicReason.INVALID_SIGNATURE -> Reason.BAD_SIGNATURE;
            case BasicReason.ALGORITHM_CONSTRAINED -> Reason.WEAK_KEY;
            case PKIXReason.NO_TRUST_ANCHOR, PKIXReason.NAME_CHAINING -> Reason.UNKNOWN_ISSUER;
            default -> Reason.BAD_PATH;
        };
    }
}
