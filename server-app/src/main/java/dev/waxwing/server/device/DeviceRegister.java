package dev.waxwing.server.device;

import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Notes which devices there are and when they were last seen. Any thread may call. */
@Component
public final class DeviceRegister {

    private static final String TRUST_LEVEL = "wxp2";

    private final JdbcClient jdbc;
    private final Clock clock;

    DeviceRegister(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A device was given a certificate. */
    public void enrolled(String name, String serialNumber) {
        if (!changedCertificate(name, serialNumber)) {
            insert(name, serialNumber);
        }
    }

    /** A device has connected with this certificate. */
    public void seen(String name, String serialNumber) {
        enrolled(name, serialNumber);
        left(name);
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
        return jdbc.sql("UPDATE device SET serial_number = :serialNumber WHERE name = :name")
                        .param("name", name)
                        .param("serialNumber", serialNumber)
                        .update()
                == 1;
    }

    private void insert(String name, String serialNumber) {
        try {
            jdbc.sql("""
                INSERT INTO device (name, trust_level, serial_number, created_at)
                VALUES (:name, :trustLevel, :serialNumber, :now)
                """)
                    .param("name", name)
                    .param("trustLevel", TRUST_LEVEL)
                    .param("serialNumber", serialNumber)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            // Another thread was first, with the same news.
        }
    }
}
