package dev.waxwing.server.device;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertifiedDevices;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Notes which devices there are and when they were last seen: from its first certificate on, however it got that, a name is a device.
 * Any thread may call.
 */
@Component
public final class DeviceRegister implements CertifiedDevices {

    private static final String TRUST_LEVEL = "wxp2";

    /** Of a device that has never come, neither to enrol nor to send; it may yet turn out to be a classic one. */
    private static final String NONE = "none";

    /**
     * Of the device's certificates the newest, with its end, except one by renewal that it has not used. One that is about to be issued
     * counts already.
     */
    private static final String NEWEST = """
        (newest, certificate_ends) =
        (SELECT serial_number, not_after FROM certificate
          WHERE certificate.name = device.name AND role = 'DEVICE' AND (state = 'issued' OR serial_number = :serialNumber)
            AND NOT EXISTS (SELECT 1 FROM renewal
                             WHERE renewal.serial_number = certificate.serial_number AND renewal.used_at IS NULL)
          ORDER BY created_at DESC, serial_number FETCH FIRST ROW ONLY)
        """;

    private final JdbcClient jdbc;
    private final AuditTrail audit;
    private final Clock clock;

    DeviceRegister(JdbcClient jdbc, AuditTrail audit, Clock clock) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A name was certified by somebody who has the key for a device. Its newest certificate is the one that counts for it. As long as
     * it has never come, it would come with that.
     */
    @Override
    public void certified(String name, SerialNumber certificate) {
        String serialNumber = certificate.toString();
        boolean noted = jdbc.sql("UPDATE device"
                                + " SET serial_number = CASE WHEN trust_level = 'none' THEN :serialNumber ELSE"
                                + " serial_number END, " + NEWEST + " WHERE name = :name AND trust_level <> 'classic'")
                        .param("name", name)
                        .param("serialNumber", serialNumber)
                        .update()
                == 1;
        if (!noted && !isKnown(name)) {
            insert(name, serialNumber, NONE);
        }
    }

    private boolean isKnown(String name) {
        return jdbc.sql("SELECT COUNT(*) FROM device WHERE name = :name")
                        .param("name", name)
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** A device was given a certificate. With that it has completed WXP/2, and never comes by classic again. */
    public void enrolled(String name, String serialNumber) {
        if (!changedCertificate(name, serialNumber)) {
            insert(name, serialNumber, TRUST_LEVEL);
        }
        pin(name);
    }

    private void pin(String name) {
        boolean left = jdbc.sql("UPDATE classic_device SET pinned_at = :now WHERE name = :name AND pinned_at IS NULL")
                        .param("name", name)
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
        if (left) {
            audit.record(AuditEvent.success(
                    "device:" + name,
                    "classic.device.pinned",
                    name,
                    "it has completed WXP/2: classic is closed to it"));
        }
    }

    /**
     * A device comes with the certificate with which it came last, and no other has taken its place since.
     *
     * @return false if it did not: then {@link #seen} is to be told
     */
    public boolean seenAgain(String name, String serialNumber) {
        boolean again = jdbc.sql("""
            UPDATE device SET trust_level = :trustLevel, last_seen_at = :now
             WHERE name = :name AND serial_number = :serialNumber
               AND EXISTS (SELECT 1 FROM certificate
                            WHERE serial_number = :serialNumber AND state = 'issued' AND superseded_by IS NULL)
            """)
                        .param("name", name)
                        .param("serialNumber", serialNumber)
                        .param("trustLevel", TRUST_LEVEL)
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
        if (again) {
            pin(name);
        }
        return again;
    }

    /** A device comes with this certificate. */
    public void seen(String name, String serialNumber) {
        boolean known = jdbc.sql("UPDATE device SET serial_number = :serialNumber, trust_level = :trustLevel,"
                                + " last_seen_at = :now, " + NEWEST + " WHERE name = :name")
                        .param("name", name)
                        .param("serialNumber", serialNumber)
                        .param("trustLevel", TRUST_LEVEL)
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
        if (!known) {
            insert(name, serialNumber, TRUST_LEVEL);
            left(name);
        }
        pin(name);
    }

    /** A device was connected until now. */
    public void left(String name) {
        jdbc.sql("UPDATE device SET last_seen_at = :now WHERE name = :name")
                .param("name", name)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** The devices that last came with this certificate. */
    public List<String> withCertificate(String serialNumber) {
        return jdbc.sql("SELECT name FROM device WHERE serial_number = :serialNumber")
                .param("serialNumber", serialNumber)
                .query((row, _) -> row.getString("name"))
                .list();
    }

    /** The serial number of the certificate with which a device last came. */
    public Optional<String> certificateOf(String name) {
        return jdbc.sql("SELECT serial_number FROM device WHERE name = :name AND serial_number IS NOT NULL")
                .param("name", name)
                .query((row, _) -> row.getString("serial_number"))
                .optional();
    }

    private boolean changedCertificate(String name, String serialNumber) {
        return jdbc.sql("UPDATE device SET serial_number = :serialNumber, trust_level = :trustLevel, " + NEWEST
                                + " WHERE name = :name")
                        .param("name", name)
                        .param("trustLevel", TRUST_LEVEL)
                        .param("serialNumber", serialNumber)
                        .update()
                == 1;
    }

    private void insert(String name, String serialNumber, String trustLevel) {
        try {
            jdbc.sql("""
                INSERT INTO device (name, trust_level, serial_number, created_at, newest, certificate_ends)
                VALUES (:name, :trustLevel, :serialNumber, :now, :serialNumber,
                        (SELECT not_after FROM certificate WHERE serial_number = :serialNumber))
                """)
                    .param("name", name)
                    .param("trustLevel", trustLevel)
                    .param("serialNumber", serialNumber)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            // Another thread was first, with the same news; or an administrator, who has just listed the name for
            // classic.
            if (trustLevel.equals(TRUST_LEVEL)) {
                changedCertificate(name, serialNumber);
            }
        }
    }
}
