package dev.waxwing.server.audit;

import org.jspecify.annotations.Nullable;

/**
 * Whether the audit trail is whole.
 *
 * @param entries how many entries were checked, up to the first that does not fit
 * @param brokenAt the id of the first entry that does not fit, null if all do
 * @param headHash the hash of the last entry that fits, in hex
 */
public record ChainCheck(long entries, @Nullable Long brokenAt, String headHash) {

    /** The id of the last entry that fits; 0 when there is none. */
    public long headId() {
        return brokenAt == null ? entries : brokenAt - 1;
    }

    /** Whether every entry fits the one before it, and the last is the one the head names. */
    public boolean intact() {
        return brokenAt == null;
    }
}
