package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.AuthorityId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What health looks at.
 *
 * @param issuers the newest list of each issuing authority that has to publish one, that of the current one first
 * @param rootNextUpdate when the root's list lapses
 * @param failure what went wrong when a list was last to be made, or null
 * @param revokedCertificates how many certificates are revoked and have not ended
 */
public record RevocationFacts(
        List<IssuersList> issuers,
        Instant rootNextUpdate,
        @Nullable String failure,
        int revokedCertificates) {

    /** How long before its end the root's list has to be signed anew. */
    private static final Duration ROOT_RENEWAL = Duration.ofDays(60);

    /**
     * An issuing authority's newest list.
     *
     * @param issuer whose list it is
     * @param number its number
     * @param thisUpdate when it was made
     * @param nextUpdate when it lapses
     */
    public record IssuersList(AuthorityId issuer, long number, Instant thisUpdate, Instant nextUpdate) {}

    /** The list of the current issuing authority. */
    public IssuersList current() {
        return issuers.getFirst();
    }

    /** Whether the root's list comes to its end, and its key is wanted to sign the next one. */
    public boolean rootListDue(Instant now) {
        return now.isAfter(rootNextUpdate.minus(ROOT_RENEWAL));
    }
}
