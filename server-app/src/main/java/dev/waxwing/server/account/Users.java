package dev.waxwing.server.account;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of users. */
@Repository
class Users {

    private static final String COLUMNS =
            "id, name, role, disabled, version, created_at, password_changed_at, password_until, last_login_at";

    private final JdbcClient jdbc;

    Users(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    boolean none() {
        return jdbc.sql("SELECT COUNT(*) FROM console_user").query(Long.class).single() == 0;
    }

    List<User> all() {
        return jdbc.sql("SELECT " + COLUMNS + " FROM console_user ORDER BY name")
                .query((row, _) -> read(row))
                .list();
    }

    Optional<User> byId(long id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM console_user WHERE id = :id")
                .param("id", id)
                .query((row, _) -> read(row))
                .optional();
    }

    Optional<User> byName(String name) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM console_user WHERE name = :name")
                .param("name", name)
                .query((row, _) -> read(row))
                .optional();
    }

    Optional<String> passwordHash(long id) {
        return jdbc.sql("SELECT password_hash FROM console_user WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /** @param passwordUntil until when the password works; null for always */
    void insert(String name, Role role, String passwordHash, @Nullable Instant passwordUntil, Instant now) {
        jdbc.sql("""
            INSERT INTO console_user
                (name, password_hash, role, disabled, version, created_at, password_changed_at, password_until)
            VALUES (:name, :hash, :role, FALSE, 1, :now, :now, :until)
            """)
                .param("name", name)
                .param("hash", passwordHash)
                .param("role", role.label())
                .param("until", passwordUntil == null ? null : time(passwordUntil))
                .param("now", time(now))
                .update();
    }

    /** @param until until when the password works; null for always */
    void changePassword(long id, String passwordHash, @Nullable Instant until, Instant now) {
        jdbc.sql("""
            UPDATE console_user
            SET password_hash = :hash, password_changed_at = :now, password_until = :until, version = version + 1
            WHERE id = :id
            """)
                .param("hash", passwordHash)
                .param("until", until == null ? null : time(until))
                .param("now", time(now))
                .param("id", id)
                .update();
    }

    void changeRole(long id, Role role) {
        jdbc.sql("UPDATE console_user SET role = :role, version = version + 1 WHERE id = :id")
                .param("role", role.label())
                .param("id", id)
                .update();
    }

    void changeDisabled(long id, boolean disabled) {
        jdbc.sql("UPDATE console_user SET disabled = :disabled, version = version + 1 WHERE id = :id")
                .param("disabled", disabled)
                .param("id", id)
                .update();
    }

    /** Ends the user's open console sessions. */
    void endSessions(long id) {
        jdbc.sql("UPDATE console_user SET version = version + 1 WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** Ends the user's API tokens, and says how many there were. */
    int endTokens(long id) {
        return jdbc.sql("DELETE FROM api_token WHERE user_id = :id")
                .param("id", id)
                .update();
    }

    /**
     * Removes the user's API tokens whose time has passed, and says how many are left. Nobody else makes one for this user until the
     * transaction ends.
     */
    int makeRoomForTokens(long id, Instant now) {
        jdbc.sql("SELECT id FROM console_user WHERE id = :id FOR UPDATE")
                .param("id", id)
                .query(Long.class)
                .optional();
        jdbc.sql("DELETE FROM api_token WHERE user_id = :id AND expires_at <= :now")
                .param("id", id)
                .param("now", time(now))
                .update();
        return jdbc.sql("SELECT COUNT(*) FROM api_token WHERE user_id = :id")
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    void remove(long id) {
        jdbc.sql("DELETE FROM console_user WHERE id = :id").param("id", id).update();
    }

    void loggedIn(long id, Instant now) {
        jdbc.sql("UPDATE console_user SET last_login_at = :now WHERE id = :id")
                .param("now", time(now))
                .param("id", id)
                .update();
    }

    /** The enabled administrators with passwords of their own, each row locked until the transaction ends. */
    List<Long> lockedAdministrators() {
        return jdbc.sql("""
            SELECT id FROM console_user
             WHERE role = 'admin' AND disabled = FALSE AND password_until IS NULL ORDER BY id FOR UPDATE
            """).query((row, _) -> row.getLong("id")).list();
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static User read(ResultSet row) throws SQLException {
        return new User(
                row.getLong("id"),
                row.getString("name"),
                Role.named(row.getString("role")).orElseThrow(),
                row.getBoolean("disabled"),
                row.getInt("version"),
                instant(row, "created_at"),
                instant(row, "password_changed_at"),
                optionalInstant(row, "password_until"),
                optionalInstant(row, "last_login_at"));
    }
}
