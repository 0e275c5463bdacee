package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.inventory.RevocationReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the revocation of all that an issuing authority has issued is.
 *
 * @param issuer whose certificates
 * @param reason why
 * @param begun when it was ordered; what was issued later is not touched
 * @param total how many certificates there were to revoke
 * @param revoked how many of them are
 * @param failure what went wrong, in the end; null if nothing did
 * @param reference under which the audit trail has that; null if nothing went wrong
 */
public record Sweep(
        AuthorityId issuer,
        RevocationReason reason,
        Instant begun,
        State state,
        int total,
        int revoked,
        @Nullable String failure,
        @Nullable String reference) {

    /** Where it stands. */
    public enum State {
        /** It goes on, and after a restart too. */
        RUNNING,
        /** All are revoked. */
        DONE,
        /** Some could not be revoked, or not everybody has heard of all. */
        FAILED
    }

    Sweep with(int nowRevoked) {
        return new Sweep(issuer, reason, begun, state, total, nowRevoked, failure, reference);
    }

    Sweep done() {
        return new Sweep(issuer, reason, begun, State.DONE, total, revoked, null, null);
    }

    Sweep failed(String why, String audited) {
        return new Sweep(issuer, reason, begun, State.FAILED, total, revoked, why, audited);
    }
}
