package dev.waxwing.ca.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.inventory.SerialNumber;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A deployment of the time when there was one issuing authority. */
class SuccessionMigrationTest {

    @TempDir
    Path directory;

    @Test
    void a_deployment_with_one_issuing_authority_goes_on_with_it() throws Exception {
        TestDeployment now = TestDeployment.in(directory);
        long issuings = now.lists.issuing().number();
        DataSource former = database();
        Flyway.configure()
                .dataSource(former)
                .locations("classpath:db/migration")
                .target("4")
                .load()
                .migrate();
        JdbcClient jdbc = JdbcClient.create(former);
        for (String role : List.of("root", "issuing")) {
            authority(jdbc, role, now);
        }
        certificate(jdbc, "superseded");
        jdbc.sql("INSERT INTO revocation_list (issuer, list_number, this_update, next_update) VALUES"
                        + " ('issuing', :number, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)")
                .param("number", issuings + 40)
                .update();
        Path keys = directory.resolve("keys");
        Files.move(keys.resolve(now.issuingFile() + ".pem"), keys.resolve("issuing.pem"));
        Files.delete(keys.resolve("ocsp-" + now.authority.issuing().id() + ".pem"));

        Flyway.configure()
                .dataSource(former)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        TestDeployment migrated = new TestDeployment(
                directory,
                former,
                new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS)),
                new KeysProperties(null),
                TestDeployment.properties(null));

        assertThat(migrated.authority.issuingCertificate()).isEqualTo(now.authority.issuingCertificate());
        assertThat(migrated.authority.issuers())
                .singleElement()
                .satisfies(only -> assertThat(only.state()).isEqualTo(IssuingAuthority.State.CURRENT));
        assertThat(migrated.inventory.find(new SerialNumber(BigInteger.valueOf(0xAB))))
                .hasValueSatisfying(entry -> assertThat(entry.issuer())
                        .isEqualTo(now.authority.issuing().id()));
        assertThat(migrated.lists.issuing().number()).isEqualTo(issuings + 41);
        assertThat(PkixCheck.crl(migrated.lists.issuing().der()).getRevokedCertificate(BigInteger.valueOf(0xAB)))
                .isNotNull();
        PkixCheck.of(migrated).withLists(migrated.issue("camera-01").certificate());
    }

    private static DataSource database() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    }

    private static void authority(JdbcClient jdbc, String role, TestDeployment deployment) throws Exception {
        var certificate = role.equals("root")
                ? deployment.authority.rootCertificate()
                : deployment.authority.issuingCertificate();
        jdbc.sql("""
            INSERT INTO ca_authority (role, subject, spki_sha256, not_after, certificate, created_at)
            VALUES (:role, :subject, :spki, :end, :certificate, CURRENT_TIMESTAMP)
            """)
                .param("role", role)
                .param("subject", certificate.getSubjectX500Principal().getName())
                .param("spki", Certificates.spkiSha256(certificate.getPublicKey()))
                .param("end", OffsetDateTime.ofInstant(certificate.getNotAfter().toInstant(), ZoneOffset.UTC))
                .param("certificate", certificate.getEncoded())
                .update();
    }

    private static void certificate(JdbcClient jdbc, String reason) {
        jdbc.sql("""
            INSERT INTO certificate (serial_number, state, subject, name, role, profile, not_before, not_after, expiring_from,
                                     spki_sha256, issued_by, created_at, revoked_at, reason, revoked_by)
            VALUES ('ab', 'issued', 'CN=old', 'old', 'DEVICE', 'camera', CURRENT_TIMESTAMP,
                    DATEADD(DAY, 90, CURRENT_TIMESTAMP), DATEADD(DAY, 60, CURRENT_TIMESTAMP), 'spki', 'anna',
                    CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, :reason, 'anna')
            """).param("reason", reason).update();
    }
}
