package dev.waxwing.ca.authority;

import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One of the authorities below the root, and its place in their succession. Immutable.
 *
 * @param authority its certificate and signer
 * @param turn the how many-th it is that issues, from 1 on; 0 when its turn has not come
 * @param currentFrom since when it signs new certificates, or null when its turn has not come
 * @param retiredAt when the next one took its place, or null
 * @param withdrawal that its own certificate is revoked, or null
 */
public record IssuingAuthority(
        Authority authority,
        long turn,
        @Nullable Instant currentFrom,
        @Nullable Instant retiredAt,
        @Nullable Withdrawal withdrawal) {

    /** Where in the succession. */
    public enum State {
        /** Made, but its turn has not come: it has signed nothing for anybody. */
        PREPARED,
        /** Signs new certificates. */
        CURRENT,
        /** Signs revocation lists and has OCSP answers signed, for what it issued; no new certificates. */
        RETIRED
    }

    /** Its identifier. */
    public AuthorityId id() {
        return authority.id();
    }

    /** Its own certificate. */
    public X509Certificate certificate() {
        return authority.certificate();
    }

    /** Whether its own certificate is revoked: nobody who knows that believes anything that it signed. */
    public boolean isRevoked() {
        return withdrawal != null;
    }

    IssuingAuthority revoked(Withdrawal revocation) {
        return new IssuingAuthority(authority, turn, currentFrom, retiredAt, revocation);
    }

    /** Where in the succession it is. */
    public State state() {
        if (currentFrom == null) {
            return State.PREPARED;
        }
        return retiredAt == null ? State.CURRENT : State.RETIRED;
    }
}
