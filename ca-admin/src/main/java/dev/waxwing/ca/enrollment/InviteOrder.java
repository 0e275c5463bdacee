package dev.waxwing.ca.enrollment;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A wish for an invite, as a person states it; nothing of it is checked yet.
 *
 * @param name the device's name
 * @param profile the profile of its certificate, or null for {@code camera}
 * @param expiresIn how long the invite can be used, 1 minute to 30 days, or null for 24 hours
 * @param replace whether it may replace a device of that name, whose certificates are then revoked as superseded
 */
public record InviteOrder(
        String name, @Nullable String profile, @Nullable Duration expiresIn, boolean replace) {}
