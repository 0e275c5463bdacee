package dev.waxwing.server.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person who may use the console.
 *
 * @param version goes up with every change that ends the user's open console sessions
 * @param passwordUntil until when a password works that an administrator chose, and that is only good for choosing another; null
 *     for the user's own
 * @param lastLoginAt the last login with the password, if there was one
 */
public record User(
        long id,
        String name,
        Role role,
        boolean disabled,
        int version,
        Instant createdAt,
        Instant passwordChangedAt,
        @Nullable Instant passwordUntil,
        @Nullable Instant lastLoginAt) {

    /** Whether this user may do anything at all now. */
    public boolean enabled() {
        return !disabled;
    }
}
