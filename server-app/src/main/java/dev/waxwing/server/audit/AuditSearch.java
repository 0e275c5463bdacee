package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the audit trail are wanted.
 *
 * @param query a whole reference, or a part of any word of an entry, in either case; blank for all
 * @param outcome done or refused; null for both
 * @param from when the first may have been written; null for any time
 * @param until before when; null for any time
 */
public record AuditSearch(
        String query,
        @Nullable Outcome outcome,
        @Nullable Instant from,
        @Nullable Instant until) {

    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    /** Brings the times within what the database knows. */
    public AuditSearch {
        from = known(from);
        until = known(until);
    }

    /** Entries of any outcome and time. */
    public static AuditSearch of(String query) {
        return new AuditSearch(query, null, null, null);
    }

    boolean isForAll() {
        return query.isBlank() && outcome == null && from == null && until == null;
    }

    private static @Nullable Instant known(@Nullable Instant instant) {
        if (instant == null) {
            return null;
        }
        if (instant.isBefore(Instant.EPOCH)) {
            return Instant.EPOCH;
        }
        return instant.isAfter(LAST) ? LAST : instant;
    }
}
