package dev.waxwing.server.device;

import dev.waxwing.ca.issuance.FormerDevices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells the authority which names were those of removed devices. Needs nothing but the database. */
@Component
public final class RemovedDevices implements FormerDevices {

    private final JdbcClient jdbc;

    RemovedDevices(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public boolean has(String name) {
        return jdbc.sql("""
            SELECT COUNT(*) FROM device
             WHERE name = :name AND removed_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM certificate
                                WHERE certificate.name = :name AND certificate.role = 'DEVICE'
                                  AND certificate.state = 'issued' AND certificate.created_at > device.removed_at)
            """).param("name", name).query(Long.class).single() > 0;
    }
}
