package dev.waxwing.server.classic;

import dev.waxwing.wire.Bytes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device on the operator's list.
 *
 * @param name in its certificate
 * @param publicKey the only key that is taken for it, SubjectPublicKeyInfo in DER
 * @param addedAt when it got its kit, the newest if there were several
 * @param addedBy who made that
 * @param disabledAt since when an administrator keeps it out, null if nobody does
 * @param pinnedAt when it first completed WXP/2 and with that left classic for good, null if it has not
 * @param lastSeenAt when it was last connected, null if never
 */
public record ClassicDevice(
        String name,
        Bytes publicKey,
        Instant addedAt,
        String addedBy,
        @Nullable Instant disabledAt,
        @Nullable Instant pinnedAt,
        @Nullable Instant lastSeenAt) {

    /** Whether it may come. */
    public boolean isEnabled() {
        return disabledAt == null && pinnedAt == null;
    }

    /** {@code enabled}, {@code disabled}, or {@code moved to WXP/2}. */
    public String state() {
        if (pinnedAt != null) {
            return "moved to WXP/2";
        }
        return disabledAt == null ? "enabled" : "disabled";
    }
}
