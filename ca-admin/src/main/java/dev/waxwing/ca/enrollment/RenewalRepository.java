package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Renewals in the database. What decides a race is one statement each. */
final class RenewalRepository {

    private final JdbcClient jdbc;
    private final Clock clock;

    RenewalRepository(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Which certificate a key got by renewal, or is about to get.
     *
     * @param predecessor in place of which
     * @param name the device
     * @param used whether the device has used it
     */
    record Entry(SerialNumber serialNumber, SerialNumber predecessor, String name, boolean used) {}

    Optional<Entry> ofKey(String spkiSha256) {
        return jdbc.sql("SELECT serial_number, predecessor, name, used_at FROM renewal WHERE spki_sha256 = :spki")
                .param("spki", spkiSha256)
                .query((row, _) -> entry(row))
                .optional();
    }

    Optional<Entry> ofCertificate(SerialNumber serialNumber) {
        return jdbc.sql("SELECT serial_number, predecessor, name, used_at FROM renewal WHERE serial_number = :serial")
                .param("serial", serialNumber.toString())
                .query((row, _) -> entry(row))
                .optional();
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                SerialNumber.parse(row.getString("serial_number")).orElseThrow(),
                SerialNumber.parse(row.getString("predecessor")).orElseThrow(),
                row.getString("name"),
                row.getObject("used_at") != null);
    }

    /** When a device got certificates by renewal since then, oldest first. */
    List<Instant> since(String name, Instant since) {
        return jdbc.sql("SELECT created_at FROM renewal WHERE name = :name AND created_at > :since ORDER BY created_at")
                .param("name", name)
                .param("since", utc(since))
                .query((row, _) ->
                        row.getObject("created_at", OffsetDateTime.class).toInstant())
                .list();
    }

    /** Binds a prepared certificate to the key for which it is; false when that key has one. */
    boolean bind(String spkiSha256, SerialNumber serialNumber, SerialNumber predecessor, String name) {
        try {
            return jdbc.sql("""
                INSERT INTO renewal (spki_sha256, serial_number, predecessor, name, created_at)
                VALUES (:spki, :serial, :predecessor, :name, :now)
                """)
                            .param("spki", spkiSha256)
                            .param("serial", serialNumber.toString())
                            .param("predecessor", predecessor.toString())
                            .param("name", name)
                            .param("now", utc(clock.instant()))
                            .update()
                    == 1;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    /** Puts another prepared certificate in place of one that was never signed; false when somebody was faster. */
    boolean rebind(String spkiSha256, SerialNumber former, SerialNumber serialNumber, SerialNumber predecessor) {
        return jdbc.sql("""
            UPDATE renewal SET serial_number = :serial, predecessor = :predecessor
             WHERE spki_sha256 = :spki AND serial_number = :former
            """)
                        .param("spki", spkiSha256)
                        .param("former", former.toString())
                        .param("serial", serialNumber.toString())
                        .param("predecessor", predecessor.toString())
                        .update()
                == 1;
    }

    /**
     * Puts a certificate in the place of its predecessor. One of several successors gets it: the row of the predecessor decides.
     *
     * @return false when the predecessor is revoked, or another has its place
     */
    boolean takePlace(Entry renewal) {
        return jdbc.sql("""
            UPDATE certificate SET superseded_by = :serial, superseded_at = :now
             WHERE serial_number = :predecessor AND revoked_at IS NULL
               AND (superseded_by IS NULL OR superseded_by = :serial)
            """)
                        .param("serial", renewal.serialNumber().toString())
                        .param("predecessor", renewal.predecessor().toString())
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    /** The other successors of the same predecessor come to nothing, and this one is in use. */
    void use(Entry renewal) {
        jdbc.sql("""
            UPDATE certificate SET superseded_by = :serial, superseded_at = :now
             WHERE superseded_by IS NULL
               AND serial_number IN (SELECT serial_number FROM renewal
                                      WHERE predecessor = :predecessor AND serial_number <> :serial)
            """)
                .param("serial", renewal.serialNumber().toString())
                .param("predecessor", renewal.predecessor().toString())
                .param("now", utc(clock.instant()))
                .update();
        jdbc.sql("UPDATE renewal SET used_at = :now WHERE serial_number = :serial AND used_at IS NULL")
                .param("serial", renewal.serialNumber().toString())
                .param("now", utc(clock.instant()))
                .update();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
