package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Invites in the database. What decides a race is one statement each. */
final class InviteRepository {

    private static final String COLUMNS = """
        SELECT id, name, profile, replaces, created_by, created_at, expires_at, revoked_at, redeemed_at,
               redeemed_spki_sha256, serial_number
          FROM invite
        """;

    private static final String OPEN = "revoked_at IS NULL AND redeemed_at IS NULL AND expires_at > :now";

    private final JdbcClient jdbc;
    private final BoundRows bound;
    private final Clock clock;

    InviteRepository(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.bound = new BoundRows("invite", jdbc, clock);
        this.clock = clock;
    }

    /**
     * Adds an open invite.
     *
     * @throws DuplicateKeyException when there is an open one for its name
     */
    void add(InviteEntry invite, String tokenSha256) {
        jdbc.sql("UPDATE invite SET open_name = NULL WHERE open_name = :name AND expires_at <= :now")
                .param("name", invite.name())
                .param("now", now())
                .update();
        jdbc.sql("""
            INSERT INTO invite (id, token_sha256, name, open_name, profile, replaces, created_by, created_at, expires_at)
            VALUES (:id, :token, :name, :name, :profile, :replaces, :createdBy, :createdAt, :expiresAt)
            """)
                .param("id", invite.id())
                .param("token", tokenSha256)
                .param("name", invite.name())
                .param("profile", invite.profile())
                .param("replaces", invite.replaces())
                .param("createdBy", invite.createdBy())
                .param("createdAt", utc(invite.createdAt()))
                .param("expiresAt", utc(invite.expiresAt()))
                .update();
    }

    Optional<InviteEntry> findByToken(String tokenSha256) {
        return jdbc.sql(COLUMNS + " WHERE token_sha256 = :token")
                .param("token", tokenSha256)
                .query(entries())
                .optional();
    }

    Optional<InviteEntry> find(String id) {
        return jdbc.sql(COLUMNS + " WHERE id = :id")
                .param("id", id)
                .query(entries())
                .optional();
    }

    /** Whether the invite's time has not passed, redeemed or not. */
    boolean isCurrent(InviteEntry invite) {
        return invite.expiresAt().isAfter(clock.instant());
    }

    boolean hasOpen(String name) {
        return jdbc.sql("SELECT COUNT(*) FROM invite WHERE name = :name AND " + OPEN)
                        .param("name", name)
                        .param("now", now())
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** Binds an open invite to a key and a prepared certificate; false when it is not open any more. */
    boolean redeem(String id, String spkiSha256, SerialNumber serialNumber) {
        return jdbc.sql("UPDATE invite SET redeemed_at = :now, redeemed_spki_sha256 = :spki, serial_number = :serial,"
                                + " open_name = NULL WHERE id = :id AND " + OPEN)
                        .param("id", id)
                        .param("spki", spkiSha256)
                        .param("serial", serialNumber.toString())
                        .param("now", now())
                        .update()
                == 1;
    }

    /** Puts another prepared certificate in place of one that was never signed; false when somebody was faster. */
    boolean rebind(String id, SerialNumber former, SerialNumber serialNumber) {
        return bound.rebind(id, former, serialNumber);
    }

    boolean revoke(String id) {
        return jdbc.sql("UPDATE invite SET revoked_at = :now, open_name = NULL WHERE id = :id AND revoked_at"
                                + " IS NULL AND redeemed_at IS NULL")
                        .param("id", id)
                        .param("now", now())
                        .update()
                == 1;
    }

    /** Takes back all open invites of a name. */
    int revokeOpen(String name) {
        return jdbc.sql("UPDATE invite SET revoked_at = :now, open_name = NULL WHERE name = :name AND " + OPEN)
                .param("name", name)
                .param("now", now())
                .update();
    }

    /** Ends all invites of a name, redeemed ones too, and says how many were open. */
    int withdraw(String name) {
        int open = revokeOpen(name);
        jdbc.sql("UPDATE invite SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL AND expires_at > :now")
                .param("name", name)
                .param("now", now())
                .update();
        return open;
    }

    /** Takes back all that could still lead to a certificate; returns how many. */
    int withdrawAllUnsigned() {
        return bound.withdrawAllUnsigned();
    }

    List<InviteEntry> list(@Nullable InviteState state, String query, int page, int size) {
        var statement = jdbc.sql(COLUMNS + condition(state, query)
                        + " ORDER BY created_at DESC, id OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .param("offset", (long) page * size)
                .param("size", size);
        return bind(statement, state, query).query(entries()).list();
    }

    long count(@Nullable InviteState state, String query) {
        if (state == InviteState.REDEEMED && query.isBlank()) {
            return jdbc.sql("""
                SELECT (SELECT COUNT(*) FROM invite) - (SELECT COUNT(*) FROM invite WHERE redeemed_at IS NULL)
                """).query(Long.class).single(); // Most are; those that are not are counted instead.
        }
        return bind(jdbc.sql("SELECT COUNT(*) FROM invite" + condition(state, query)), state, query)
                .query(Long.class)
                .single();
    }

    private JdbcClient.StatementSpec bind(
            JdbcClient.StatementSpec statement, @Nullable InviteState state, String query) {
        if (state == InviteState.OPEN || state == InviteState.EXPIRED) {
            statement.param("now", now());
        }
        return query.isBlank() ? statement : statement.param("part", "%" + literal(query) + "%");
    }

    private static String literal(String query) {
        return query.strip()
                .toLowerCase(Locale.ROOT)
                .replace("!", "!!")
                .replace("%", "!%")
                .replace("_", "!_");
    }

    private static String condition(@Nullable InviteState state, String query) {
        String named = "name LIKE :part ESCAPE '!'";
        if (state == null) {
            return query.isBlank() ? "" : " WHERE " + named;
        }
        return " WHERE " + condition(state) + (query.isBlank() ? "" : " AND " + named);
    }

    private static String condition(InviteState state) {
        return switch (state) {
            case OPEN -> OPEN;
            case REDEEMED -> "redeemed_at IS NOT NULL";
            case EXPIRED -> "revoked_at IS NULL AND redeemed_at IS NULL AND expires_at <= :now";
            case REVOKED -> "revoked_at IS NOT NULL AND redeemed_at IS NULL";
        };
    }

    private RowMapper<InviteEntry> entries() {
        Instant now = clock.instant();
        return (row, _) -> {
            Instant expiresAt =
                    row.getObject("expires_at", OffsetDateTime.class).toInstant();
            Instant redeemedAt = instant(row, "redeemed_at");
            Instant revokedAt = instant(row, "revoked_at");
            return new InviteEntry(
                    row.getString("id"),
                    row.getString("name"),
                    row.getString("profile"),
                    row.getBoolean("replaces"),
                    state(redeemedAt, revokedAt, expiresAt, now),
                    row.getString("created_by"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    expiresAt,
                    redeemedAt,
                    row.getString("redeemed_spki_sha256"),
                    revokedAt,
                    row.getString("serial_number"));
        };
    }

    private static InviteState state(
            @Nullable Instant redeemedAt, @Nullable Instant revokedAt, Instant expiresAt, Instant now) {
        if (redeemedAt != null) {
            return InviteState.REDEEMED;
        }
        if (revokedAt != null) {
            return InviteState.REVOKED;
        }
        return expiresAt.isAfter(now) ? InviteState.OPEN : InviteState.EXPIRED;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private OffsetDateTime now() {
        return utc(clock.instant());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
