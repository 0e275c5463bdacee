package dev.waxwing.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A data directory of a server that knew of each device only the certificate with which it had come. */
class NewestMigrationTest {

    private static final OffsetDateTime CREATED = OffsetDateTime.parse("2026-01-31T09:30:00Z");

    private JdbcDataSource database;
    private JdbcClient jdbc;

    @BeforeEach
    void open() {
        database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure().dataSource(database).target("109").load().migrate();
        jdbc = JdbcClient.create(database);
        jdbc.sql("INSERT INTO certificate_authority (id, role, subject, spki_sha256, not_after, certificate,"
                        + " created_at) VALUES ('0badcafe', 'issuing', 'x', 'x', :created, X'00', :created)")
                .param("created", CREATED)
                .update();
    }

    private void certificate(String serialNumber, String name, String role, String state, int age) {
        jdbc.sql("""
            INSERT INTO certificate (serial_number, issuer, state, subject, name, role, profile, not_before, not_after,
                                     expiring_from, spki_sha256, issued_by, created_at)
            VALUES (:serial, '0badcafe', :state, 'x', :name, :role, 'camera', :created, :ends, :ends, :serial, 'anna', :created)
            """)
                .param("serial", serialNumber)
                .param("state", state)
                .param("name", name)
                .param("role", role)
                .param("created", CREATED.minusDays(age))
                .param("ends", CREATED.minusDays(age).plusYears(1))
                .update();
    }

    private void device(String name, String trustLevel, @Nullable String serialNumber) {
        jdbc.sql("INSERT INTO device (name, trust_level, serial_number, created_at) VALUES (:name, :trust,"
                        + " :serial, :now)")
                .param("name", name)
                .param("trust", trustLevel)
                .param("serial", serialNumber)
                .param("now", CREATED)
                .update();
    }

    private String newest(String name) {
        return jdbc.sql("SELECT newest, certificate_ends FROM device WHERE name = :name")
                .param("name", name)
                .query((row, _) ->
                        row.getString("newest") + " " + row.getObject("certificate_ends", OffsetDateTime.class))
                .single();
    }

    @Test
    void the_newest_certificate_counts_except_one_by_renewal_that_was_not_used() {
        certificate("01", "camera", "DEVICE", "issued", 9);
        certificate("02", "camera", "DEVICE", "issued", 8);
        certificate("03", "camera", "DEVICE", "issued", 7);
        certificate("04", "camera", "DEVICE", "abandoned", 6);
        certificate("05", "camera", "SERVER", "issued", 5);
        jdbc.sql("INSERT INTO renewal (spki_sha256, serial_number, predecessor, name, created_at)"
                        + " VALUES ('x', '03', '02', 'camera', CURRENT_TIMESTAMP)")
                .update();
        device("camera", "wxp2", "01");
        certificate("06", "old", "DEVICE", "issued", 9);
        device("old", "classic", null);
        device("none", "wxp2", "07");

        Flyway.configure().dataSource(database).load().migrate();

        assertThat(newest("camera")).isEqualTo("02 " + CREATED.minusDays(8).plusYears(1));
        assertThat(newest("old")).as("what never ends alarms nobody").isEqualTo("null null");
        assertThat(newest("none")).isEqualTo("null null");
    }
}
