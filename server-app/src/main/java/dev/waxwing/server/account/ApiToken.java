package dev.waxwing.server.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token of the REST interface, without its secret.
 *
 * @param owner the name of the user it acts for
 * @param role the most it may do; its owner's role limits it further
 */
public record ApiToken(
        long id,
        String owner,
        String label,
        Role role,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant lastUsedAt) {}
