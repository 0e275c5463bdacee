package dev.waxwing.server.account;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The bearer tokens of the REST interface: shown once, stored as a hash, never more than their owner may do. */
@Service
public class ApiTokens {

    /** What every token starts with, so that scanners for leaked secrets can recognise one. */
    public static final String PREFIX = "wxt_";

    /** How long a token works unless its maker says otherwise. */
    public static final Duration DEFAULT_LIFETIME = Duration.ofDays(90);

    /** The longest life of a token. */
    public static final Duration MAX_LIFETIME = Duration.ofDays(366);

    /** Tokens of one user that have not ended: lists of tokens are shown whole. */
    static final int MOST_PER_USER = 100;

    /** A token's {@code lastUsedAt} is at most this old while it is in use; each request would be a write otherwise. */
    private static final Duration LAST_USED_PRECISION = Duration.ofMinutes(1);

    private static final String SELECT = """
        SELECT t.id, u.name AS owner, t.label, t.role, t.credentials, t.created_at, t.expires_at, t.last_used_at,
               t.last_used_from
        FROM api_token t JOIN console_user u ON u.id = t.user_id
        """;

    private static final String VISIBLE = "(:everyone OR :own AND t.user_id = :user OR t.id = :itself)";

    private final JdbcClient jdbc;
    private final Users users;
    private final AuditTrail audit;
    private final SecureRandom random;
    private final Clock clock;

    ApiTokens(JdbcClient jdbc, Users users, AuditTrail audit, SecureRandom random, Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.audit = audit;
        this.random = random;
        this.clock = clock;
    }

    /** How a request for a token ended. */
    public sealed interface Creation {

        /** The token, whose secret is known only now. */
        record Created(ApiToken token, String secret) implements Creation {

            @Override
            public String toString() {
                return "Created[" + token + "]";
            }
        }

        /** A sentence that says why there is none. */
        record Refused(String why) implements Creation {}
    }

    /**
     * Makes a token that acts for {@code caller}.
     *
     * @param role its scope, which the caller must cover
     * @param credentials whether it may make further ones, and manage users
     * @param lifetime from a minute to {@link #MAX_LIFETIME}
     */
    @Transactional
    public Creation create(Caller caller, String label, Role role, boolean credentials, Duration lifetime) {
        String shown = label.strip();
        Instant now = clock.instant();
        Optional<String> obstacle = obstacle(caller, shown, role, lifetime, now);
        if (obstacle.isPresent()) {
            return new Creation.Refused(obstacle.get());
        }
        if (users.makeRoomForTokens(caller.userId(), now) >= MOST_PER_USER) {
            return new Creation.Refused(
                    "You have %d API tokens already. End one that is not needed any more.".formatted(MOST_PER_USER));
        }
        Secret secret = Secret.random(PREFIX, random);
        insert(caller, shown, role, credentials, secret, now, now.plus(lifetime));
        ApiToken token = byHash(secret).orElseThrow();
        audit.record(AuditEvent.success(
                caller.name(), "token.created", String.valueOf(token.id()), description(token, caller)));
        return new Creation.Created(token, secret.reveal());
    }

    private static Optional<String> obstacle(Caller caller, String label, Role role, Duration lifetime, Instant now) {
        if (!caller.may(Permission.CREDENTIALS)) {
            return Optional.of("This token was made without the right to make others.");
        }
        if (label.isEmpty() || label.length() > 64 || label.codePoints().anyMatch(Character::isISOControl)) {
            return Optional.of("A token's label has 1 to 64 printable characters.");
        }
        if (!caller.covers(role)) {
            return Optional.of("A token cannot do more than you can: %s is too much.".formatted(role.label()));
        }
        if (lifetime.compareTo(Duration.ofMinutes(1)) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            return Optional.of(
                    "A token works for one minute at least and %d days at most.".formatted(MAX_LIFETIME.toDays()));
        }
        if (caller.token() != null && now.plus(lifetime).isAfter(caller.token().expiresAt())) {
            return Optional.of("A token made with a token cannot outlive it.");
        }
        return Optional.empty();
    }

    private void insert(
            Caller caller,
            String label,
            Role role,
            boolean credentials,
            Secret secret,
            Instant now,
            Instant expiresAt) {
        jdbc.sql("""
            INSERT INTO api_token (user_id, label, role, credentials, token_hash, created_at, expires_at)
            VALUES (:user, :label, :role, :credentials, :hash, :now, :expires)
            """)
                .param("user", caller.userId())
                .param("label", label)
                .param("role", role.label())
                .param("credentials", credentials)
                .param("hash", secret.hash())
                .param("now", Users.time(now))
                .param("expires", Users.time(expiresAt))
                .update();
    }

    private static String description(ApiToken token, Caller maker) {
        return "scope " + token.role().label()
                + (token.credentials() ? ", may make credentials" : "")
                + ", until " + token.expiresAt().truncatedTo(ChronoUnit.SECONDS)
                + (maker.token() == null ? "" : ", by token " + maker.token().id())
                + ": " + token.label();
    }

    /**
     * The tokens that {@code caller} may see, newest first: everyone's for an administrator, else one's own; for a token that may not
     * make credentials, itself.
     */
    public List<ApiToken> visibleTo(Caller caller) {
        return jdbc.sql(SELECT + " WHERE " + VISIBLE + " ORDER BY t.id DESC")
                .params(visibility(caller))
                .query((row, _) -> read(row))
                .list();
    }

    /** The caller's rights as the conditions of {@link #VISIBLE}. */
    private static Map<String, Object> visibility(Caller caller) {
        boolean mayAll = caller.may(Permission.CREDENTIALS);
        Caller.Token token = caller.token();
        return Map.of(
                "everyone",
                mayAll && caller.may(Permission.ADMINISTER),
                "own",
                mayAll,
                "user",
                caller.userId(),
                "itself",
                token == null ? -1 : token.id());
    }

    /** Ends a token that {@code caller} can see; false when there is none of this id. */
    @Transactional
    public boolean revoke(Caller caller, long id) {
        Optional<ApiToken> token = jdbc.sql(SELECT + " WHERE t.id = :id AND " + VISIBLE)
                .param("id", id)
                .params(visibility(caller))
                .query((row, _) -> read(row))
                .optional();
        boolean gone = token.isPresent()
                && jdbc.sql("DELETE FROM api_token WHERE id = :id")
                                .param("id", id)
                                .update()
                        == 1;
        if (gone) {
            audit.record(AuditEvent.success(
                    caller.name(),
                    "token.revoked",
                    String.valueOf(id),
                    "of " + token.get().owner() + ": " + token.get().label()));
        }
        return gone;
    }

    /** The caller that a presented token stands for, if it is a token, has not ended, and its owner is let in. */
    Optional<Caller> authenticate(String presented, String address) {
        if (!presented.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return byHash(Secret.presented(presented))
                .filter(token -> now.isBefore(token.expiresAt()))
                .flatMap(token -> users.byName(token.owner())
                        .filter(User::enabled)
                        .filter(owner -> owner.passwordUntil() == null)
                        .map(owner -> {
                            used(token, address, now);
                            return Caller.of(owner, token);
                        }));
    }

    /** Once a minute, whatever the address: who comes from many must not make each request a write. */
    private void used(ApiToken token, String address, Instant now) {
        Instant last = token.lastUsedAt();
        if (last == null || last.plus(LAST_USED_PRECISION).isBefore(now)) {
            jdbc.sql("UPDATE api_token SET last_used_at = :now, last_used_from = :address WHERE id = :id")
                    .param("now", Users.time(now))
                    .param("address", address)
                    .param("id", token.id())
                    .update();
        }
    }

    private Optional<ApiToken> byHash(Secret secret) {
        return jdbc.sql(SELECT + " WHERE t.token_hash = :hash")
                .param("hash", secret.hash())
                .query((row, _) -> read(row))
                .optional();
    }

    private static ApiToken read(ResultSet row) throws SQLException {
        @Nullable Instant lastUsedAt = Users.optionalInstant(row, "last_used_at");
        return new ApiToken(
                row.getLong("id"),
                row.getString("owner"),
                row.getString("label"),
                Role.named(row.getString("role")).orElseThrow(),
                row.getBoolean("credentials"),
                Users.instant(row, "created_at"),
                Users.instant(row, "expires_at"),
                lastUsedAt,
                row.getString("last_used_from"));
    }
}
