package dev.waxwing.server.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token of the REST interface, without its secret.
 *
 * @param owner the name of the user it acts for
 * @param role its scope: the most it may do; its owner's role limits it further
 * @param credentials whether it may make further tokens and, with the scope of an administrator, manage users
 * @param lastUsedAt to the minute, null if it never was
 * @param lastUsedFrom the address of that use
 */
public record ApiToken(
        long id,
        String owner,
        String label,
        Role role,
        boolean credentials,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable String lastUsedFrom) {}
