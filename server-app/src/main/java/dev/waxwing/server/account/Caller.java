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
 * @param permissions what this caller may do; with an API token never more than its owner and its scope both allow, with a
 *     temporary password nothing
 * @param mustChangePassword whether all that is open is to choose another password
 * @param token the API token that was shown; null after a login with a password
 */
public record Caller(
        long userId,
        String name,
        int userVersion,
        Set<Permission> permissions,
        boolean mustChangePassword,
        @Nullable Token token)
        implements Principal {

    /** The API token of a caller. @param expiresAt when it ends */
    public record Token(long id, Instant expiresAt) {}

    static Caller of(User user) {
        boolean must = user.passwordUntil() != null;
        Set<Permission> all = EnumSet.of(Permission.CREDENTIALS);
        all.addAll(user.role().permissions());
        return new Caller(user.id(), user.name(), user.version(), must ? Set.of() : Set.copyOf(all), must, null);
    }

    static Caller of(User owner, ApiToken token) {
        Set<Permission> both = EnumSet.noneOf(Permission.class);
        both.addAll(token.role().permissions());
        both.retainAll(owner.role().permissions());
        if (token.credentials()) {
            both.add(Permission.CREDENTIALS);
        }
        Token shown = new Token(token.id(), token.expiresAt());
        return new Caller(owner.id(), owner.name(), owner.version(), Set.copyOf(both), false, shown);
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

    /** Whether {@code role} allows just what this caller may do. */
    public boolean is(Role role) {
        Set<Permission> own = EnumSet.noneOf(Permission.class);
        own.addAll(permissions);
        own.remove(Permission.CREDENTIALS);
        return own.equals(role.permissions());
    }
}
