package dev.waxwing.ca.enrollment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one invite; the invite itself cannot be shown again.
 *
 * @param id 16 lower-case hex digits
 * @param name the device it is for
 * @param profile the profile of the certificate it gives
 * @param replaces whether it may replace a device of that name
 * @param state how it stood when the entry was read
 * @param createdBy who made it
 * @param createdAt when
 * @param expiresAt when it can no longer be used
 * @param redeemedAt when it was first redeemed, or null
 * @param redeemedSpkiSha256 SHA-256 of the key that it is bound to, lower-case hex, or null
 * @param revokedAt when it was taken back, or null
 * @param certificateSerialNumber the certificate it gave, or null
 */
public record InviteEntry(
        String id,
        String name,
        String profile,
        boolean replaces,
        InviteState state,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant redeemedAt,
        @Nullable String redeemedSpkiSha256,
        @Nullable Instant revokedAt,
        @Nullable String certificateSerialNumber) {}
