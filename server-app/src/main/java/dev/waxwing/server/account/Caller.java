package dev.waxwing.server.account;

import java.security.Principal;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, as the login established it.
 *
 * @param userVersion the user's version at login: a console session ends when it is no longer the current one
 * @param permissions what this caller may do; with an API token never more than its owner and its scope both allow
 * @param tokenExpiresAt when the API token that was shown ends; null after a login with a password
 */
public record Caller(
        long userId,
        String name,
        int userVersion,
        Set<Permission> permissions,
        @Nullable Instant tokenExpiresAt) implements Principal {

    static Caller of(User user) {
        return new Caller(user.id(), user.name(), user.version(), user.role().permissions(), null);
    }

    static Caller of(User owner, ApiToken token) {
        Set<Permission> both = EnumSet.noneOf(Permission.class);
        both.addAll(token.role().permissions());
        both.retainAll(owner.role().permissions());
        return new Caller(owner.id(), owner.name(), owner.version(), Set.copyOf(both), token.expiresAt());
    }

    @Override
    public String getName() {
        return name;
    }

    public boolean may(Permission permission) {
        return permissions.contains(permission);
    }

    /** Whether everything that {@code role} allows is allowed to this caller. */
    public boolean covers(Role role) {
        return permissions.containsAll(role.permissions());
    }
}
