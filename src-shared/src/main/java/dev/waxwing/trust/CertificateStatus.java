package dev.waxwing.trust;

import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Says whether a certificate that is otherwise in order still holds: by the OCSP response that came with it
 * ({@link StapledStatus}), or by asking the authority's own inventory. Called by many threads at once.
 */
@FunctionalInterface
public interface CertificateStatus {

    /**
     * @param leaf the certificate in question, its path and role already verified
     * @param issuer the certificate that signed it
     * @param staple the OCSP response that the peer sent; empty if it sent none
     * @param now the present
     * @throws UntrustedException if it is not known to be good
     */
    void check(X509Certificate leaf, X509Certificate issuer, Bytes staple, Instant now) throws UntrustedException;
}
