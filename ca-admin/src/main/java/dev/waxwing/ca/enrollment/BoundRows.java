package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.SerialNumber;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What invites and allowances have in common: a row lets one key in, and names the one certificate that was prepared for it. */
final class BoundRows {

    private final String table;
    private final JdbcClient jdbc;
    private final Clock clock;

    BoundRows(String table, JdbcClient jdbc, Clock clock) {
        this.table = table;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Puts another prepared certificate in place of one that was never signed; false when somebody was faster. */
    boolean rebind(String id, SerialNumber former, SerialNumber serialNumber) {
        return jdbc.sql("""
            UPDATE %s SET serial_number = :serial
             WHERE id = :id AND serial_number = :former AND revoked_at IS NULL AND expires_at > :now
            """.formatted(table))
                        .param("id", id)
                        .param("serial", serialNumber.toString())
                        .param("former", former.toString())
                        .param("now", now())
                        .update()
                == 1;
    }

    /** Takes back all that could still lead to a certificate: what is open, and what is bound to one that was not signed. */
    int withdrawAllUnsigned() {
        return jdbc.sql("""
            UPDATE %1$s SET revoked_at = :now, open_name = NULL
             WHERE revoked_at IS NULL AND expires_at > :now
               AND NOT EXISTS (SELECT 1 FROM certificate
                                WHERE certificate.serial_number = %1$s.serial_number
                                  AND certificate.certificate IS NOT NULL)
            """.formatted(table)).param("now", now()).update();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
