package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.enrollment.ReadmissionEntry.State;
import dev.waxwing.ca.inventory.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Allowances in the database. What decides a race is one statement each. */
final class ReadmissionRepository {

    private static final String COLUMNS = """
        SELECT id, name, spki_sha256, predecessor, created_by, created_at, expires_at, revoked_at, used_at, serial_number
          FROM readmission
        """;

    private static final String OPEN = "revoked_at IS NULL AND used_at IS NULL AND expires_at > :now";

    private final JdbcClient jdbc;
    private final BoundRows bound;
    private final Clock clock;

    ReadmissionRepository(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.bound = new BoundRows("readmission", jdbc, clock);
        this.clock = clock;
    }

    /**
     * Adds an open allowance; the name's open one, if there is one, was taken back before.
     *
     * @throws DuplicateKeyException when somebody else's came between
     */
    void add(ReadmissionEntry entry) {
        jdbc.sql("UPDATE readmission SET open_name = NULL WHERE open_name = :name AND expires_at <= :now")
                .param("name", entry.name())
                .param("now", now())
                .update();
        jdbc.sql("""
            INSERT INTO readmission (id, name, open_name, spki_sha256, predecessor, created_by, created_at, expires_at)
            VALUES (:id, :name, :name, :spki, :predecessor, :createdBy, :createdAt, :expiresAt)
            """)
                .param("id", entry.id())
                .param("name", entry.name())
                .param("spki", entry.spkiSha256())
                .param("predecessor", entry.predecessor().toString())
                .param("createdBy", entry.createdBy())
                .param("createdAt", utc(entry.createdAt()))
                .param("expiresAt", utc(entry.expiresAt()))
                .update();
    }

    /** Takes back the open allowance of a name; false when there is none. */
    boolean withdraw(String name) {
        return jdbc.sql("UPDATE readmission SET revoked_at = :now, open_name = NULL WHERE open_name = :name AND "
                                + OPEN)
                        .param("name", name)
                        .param("now", now())
                        .update()
                == 1;
    }

    /** Takes back all that could still lead to a certificate; returns how many. */
    int withdrawAllUnsigned() {
        return bound.withdrawAllUnsigned();
    }

    /** The newest allowance for a key, or nothing. */
    Optional<ReadmissionEntry> ofKey(String spkiSha256) {
        return jdbc.sql(COLUMNS
                        + " WHERE spki_sha256 = :spki ORDER BY created_at DESC, open_name NULLS LAST, id FETCH"
                        + " FIRST 1 ROWS ONLY")
                .param("spki", spkiSha256)
                .query(entries())
                .optional();
    }

    /** All allowances for these names, newest first. */
    List<ReadmissionEntry> ofNames(Collection<String> names) {
        return jdbc.sql(COLUMNS + " WHERE name IN (:names) ORDER BY created_at DESC, open_name NULLS LAST, id")
                .param("names", names)
                .query(entries())
                .list();
    }

    /** Uses up an open allowance for a prepared certificate; false when it is not open any more. */
    boolean use(String id, SerialNumber serialNumber) {
        return jdbc.sql("UPDATE readmission SET used_at = :now, serial_number = :serial, open_name = NULL"
                                + " WHERE id = :id AND " + OPEN)
                        .param("id", id)
                        .param("serial", serialNumber.toString())
                        .param("now", now())
                        .update()
                == 1;
    }

    /** Puts another prepared certificate in place of one that was never signed; false when somebody was faster. */
    boolean rebind(String id, SerialNumber former, SerialNumber serialNumber) {
        return bound.rebind(id, former, serialNumber);
    }

    /**
     * Puts a certificate in the place of another and of those that were to follow it and were never used, on hold or not.
     *
     * @return those whose place it has taken now
     */
    List<SerialNumber> takePlace(SerialNumber last, SerialNumber present) {
        List<String> lost = jdbc.sql("""
            SELECT serial_number FROM certificate
             WHERE superseded_by IS NULL AND state = 'issued' AND serial_number <> :present
               AND (serial_number = :last
                    OR serial_number IN (SELECT serial_number FROM renewal WHERE predecessor = :last AND used_at IS NULL))
             ORDER BY created_at, serial_number
            """)
                .param("present", present.toString())
                .param("last", last.toString())
                .query((row, _) -> row.getString("serial_number"))
                .list();
        return lost.stream()
                .filter(serialNumber -> jdbc.sql("UPDATE certificate SET superseded_by = :present, superseded_at = :now"
                                        + " WHERE serial_number = :serial AND superseded_by IS NULL")
                                .param("present", present.toString())
                                .param("serial", serialNumber)
                                .param("now", now())
                                .update()
                        == 1)
                .map(serialNumber -> SerialNumber.parse(serialNumber).orElseThrow())
                .toList();
    }

    private RowMapper<ReadmissionEntry> entries() {
        Instant now = clock.instant();
        return (row, _) -> {
            Instant expiresAt = instant(row, "expires_at");
            Instant usedAt = nullable(row, "used_at");
            String certificate = row.getString("serial_number");
            return new ReadmissionEntry(
                    row.getString("id"),
                    row.getString("name"),
                    row.getString("spki_sha256"),
                    SerialNumber.parse(row.getString("predecessor")).orElseThrow(),
                    state(usedAt, nullable(row, "revoked_at"), expiresAt, now),
                    row.getString("created_by"),
                    instant(row, "created_at"),
                    expiresAt,
                    usedAt,
                    certificate == null ? null : SerialNumber.parse(certificate).orElseThrow());
        };
    }

    private static State state(@Nullable Instant usedAt, @Nullable Instant revokedAt, Instant expiresAt, Instant now) {
        if (revokedAt != null) {
            return State.WITHDRAWN;
        }
        if (usedAt != null) {
            return State.USED;
        }
        return expiresAt.isAfter(now) ? State.OPEN : State.EXPIRED;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant nullable(ResultSet row, String column) throws SQLException {
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
