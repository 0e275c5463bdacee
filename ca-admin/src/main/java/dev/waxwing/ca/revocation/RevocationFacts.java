package dev.waxwing.ca.revocation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What health looks at.
 *
 * @param listNumber the number of the newest list of the issuing authority
 * @param thisUpdate when it was made
 * @param nextUpdate when it lapses
 * @param rootNextUpdate when the root's list lapses
 * @param failure what went wrong when a list was last to be made, or null
 * @param revokedCertificates how many certificates are revoked and have not ended
 */
public record RevocationFacts(
        long listNumber,
        Instant thisUpdate,
        Instant nextUpdate,
        Instant rootNextUpdate,
        @Nullable String failure,
        int revokedCertificates) {}
