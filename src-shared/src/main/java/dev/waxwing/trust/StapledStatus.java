package dev.waxwing.trust;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Believes the OCSP response that came with a certificate (protocol section 7.1) and nothing else: it needs no network
 * and has no way to use one.
 *
 * <p>The JDK's own checker does not fit: it allows fifteen minutes of clock difference, takes a revocation that lies in
 * the future for good, and knows SHA-1 certificate ids only.
 */
public final class StapledStatus implements CertificateStatus {

    /** The largest OCSP response that is looked at, in bytes (protocol section 5.5). */
    public static final int MAX_STAPLE = 16_384;

    /** The clock difference that is allowed on either side. */
    public static final Duration SKEW = Duration.ofMinutes(5);

    private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

    private final TimeFloor floor;
    private final AuthoritySignatures signatures;

    /** For a reader without a memory, such as one that judges evidence as of a time that has passed. */
    public StapledStatus() {
        this(new TimeFloor(), new AuthoritySignatures(CryptoProvider.jdk()));
    }

    /** @param floor refuses what lapsed before it, and is raised by every response that is believed */
    public StapledStatus(TimeFloor floor, AuthoritySignatures signatures) {
        this.floor = floor;
        this.signatures = signatures;
    }

    @Override
    public void check(X509Certificate leaf, X509Certificate issuer, Bytes staple, Instant now)
            throws UntrustedException {
        if (staple.isEmpty()) {
            throw new UntrustedException(Reason.BAD_STAPLE, "no OCSP response came with the certificate");
        }
        if (staple.size() > MAX_STAPLE) {
            throw new UntrustedException(Reason.BAD_STAPLE, "an OCSP response of " + staple.size() + " bytes");
        }
        OcspResponse response = OcspResponse.parse(staple.toArray());
        requireSignature(response, issuer, now);
        OcspResponse.Single single = response.about(leaf, issuer);
        requireInTime(single, now);
        requireNotOverBefore(floor, single);
        floor.raise(single.thisUpdate(), now);
        switch (single.status()) {
            case GOOD -> {}
            case REVOKED -> throw new UntrustedException(Reason.REVOKED, "the authority revoked it");
            case UNKNOWN -> throw new UntrustedException(Reason.NOT_IN_INVENTORY, "the authority does not know it");
        }
    }

    private static void requireInTime(OcspResponse.Single single, Instant now) throws UntrustedException {
        if (single.thisUpdate().isAfter(now.plus(SKEW))) {
            throw new UntrustedException(
                    Reason.STAPLE_TOO_EARLY,
                    "the OCSP response is of the future: " + single.thisUpdate() + ", now " + now);
        }
        if (single.nextUpdate().isBefore(now.minus(SKEW))) {
            throw new UntrustedException(
                    Reason.STAPLE_LAPSED, "the OCSP response lapsed at " + single.nextUpdate() + ", now " + now);
        }
    }

    /** No clock difference is allowed here: both times are the deployment's own. */
    private static void requireNotOverBefore(TimeFloor floor, OcspResponse.Single single) throws UntrustedException {
        if (floor.isAfter(single.nextUpdate())) {
            throw new UntrustedException(
                    Reason.STAPLE_BELOW_FLOOR,
                    "the OCSP response lapsed at " + single.nextUpdate() + ", and there is proof that it is " + floor
                            + " or later");
        }
    }

    private void requireSignature(OcspResponse response, X509Certificate issuer, Instant now)
            throws UntrustedException {
        X509Certificate signer = response.isBy(issuer) ? issuer : delegate(response, issuer, now);
        try {
            if (signatures.verify(
                    response.signatureAlgorithm(),
                    signer.getPublicKey(),
                    response.signedContent(),
                    response.signature())) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new UntrustedException(Reason.BAD_STAPLE, "the OCSP response's signature: " + e.getMessage(), e);
        }
        throw new UntrustedException(Reason.BAD_STAPLE, "the OCSP response's signature does not verify");
    }

    /** RFC 6960 section 4.2.2.2: a certificate for OCSP signing, issued directly by the issuer in question. */
    private X509Certificate delegate(OcspResponse response, X509Certificate issuer, Instant now)
            throws UntrustedException {
        for (X509Certificate candidate : response.certificates()) {
            if (response.isBy(candidate)) {
                requireDelegation(candidate, issuer, now);
                return candidate;
            }
        }
        throw new UntrustedException(Reason.BAD_STAPLE, "the OCSP response's signer is neither issuer nor enclosed");
    }

    private void requireDelegation(X509Certificate delegate, X509Certificate issuer, Instant now)
            throws UntrustedException {
        try {
            CertificatePath.validate(List.of(delegate), List.of(issuer), now, signatures);
            List<String> usages = delegate.getExtendedKeyUsage();
            boolean[] keyUsage = delegate.getKeyUsage();
            if (usages == null || !usages.equals(List.of(OCSP_SIGNING)) || keyUsage == null || !keyUsage[0]) {
                throw new UntrustedException(Reason.BAD_STAPLE, "the OCSP response's signer may not sign it");
            }
        } catch (CertificateParsingException e) {
            throw new UntrustedException(Reason.BAD_STAPLE, "the OCSP response's signer: " + e.getMessage(), e);
        } catch (UntrustedException e) {
            throw new UntrustedException(signerReason(e), "the OCSP response's signer: " + e.getMessage(), e);
        }
    }

    /** A responder's certificate lives a month: with a clock that is far off, it is the first that does not hold. */
    private static Reason signerReason(UntrustedException signer) {
        return switch (signer.reason()) {
            case EXPIRED -> Reason.STAPLE_LAPSED;
            case NOT_YET_VALID -> Reason.STAPLE_TOO_EARLY;
            default -> Reason.BAD_STAPLE;
        };
    }
}
