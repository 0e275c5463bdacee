package dev.waxwing.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Intent;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class InventoryStatusTest {

    @TempDir
    private Path directory;

    private final Clock clock = Clock.systemUTC();
    private final Questions database = new Questions();
    private Inventory inventory;
    private CertificateAuthority authority;
    private AuthorityId issuer;
    private X509Certificate certificate;

    /** Counts how often the database is asked. */
    private static final class Questions extends DelegatingDataSource {

        final AtomicInteger asked = new AtomicInteger();

        Questions() {
            super(inMemory());
        }

        private static JdbcDataSource inMemory() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return database;
        }

        @Override
        public Connection getConnection() throws SQLException {
            asked.incrementAndGet();
            return super.getConnection();
        }
    }

    @BeforeEach
    void migrate() {
        Flyway.configure().dataSource(database).load().migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        SecureRandom random = new SecureRandom();
        KeyStorage keys = KeyStorage.open(new DataDirectory(directory), new KeysProperties(null), random);
        inventory = new Inventory(jdbc, new JdbcTemplate(database), clock);
        authority = CertificateAuthority.open(keys, jdbc, clock, random);
        issuer = authority.issuing().id();
        certificate = authority.rootCertificate();
    }

    @Test
    void a_certificate_holds_once_it_is_issued_until_it_is_revoked() throws Exception {
        refuses(Reason.NOT_IN_INVENTORY, status());
        issue();
        assertThatCode(() -> check(status())).doesNotThrowAnyException();
        revoke();
        refuses(Reason.REVOKED, status());
    }

    /** A question more or less takes so long that a stranger who holds the certificate alone could tell its status. */
    @Test
    void asks_the_database_as_often_for_a_revoked_certificate_as_for_any_other() throws Exception {
        InventoryStatus unknown = status();
        int forUnknown = questions(() -> refuses(Reason.NOT_IN_INVENTORY, unknown));
        issue();
        InventoryStatus good = status();
        int forGood = questions(() -> check(good));
        revoke();
        InventoryStatus revoked = status();
        int forRevoked = questions(() -> refuses(Reason.REVOKED, revoked));
        assertThat(new int[] {forUnknown, forGood, forRevoked}).containsExactly(1, 1, 1);
    }

    @FunctionalInterface
    private interface Question {
        void ask() throws UntrustedException;
    }

    private int questions(Question question) throws UntrustedException {
        int before = database.asked.get();
        question.ask();
        return database.asked.get() - before;
    }

    /** As after a start of the server. */
    private InventoryStatus status() {
        var transactions = new TransactionTemplate(new JdbcTransactionManager(database));
        return new InventoryStatus(
                authority, inventory, new Revocation(inventory, event -> {}, transactions, event -> {}, clock));
    }

    private void refuses(Reason reason, InventoryStatus status) {
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> check(status))
                .returns(reason, UntrustedException::reason);
    }

    private void check(InventoryStatus status) throws UntrustedException {
        status.check(certificate, certificate, Bytes.EMPTY, clock.instant());
    }

    private void issue() throws Exception {
        SerialNumber serialNumber = SerialNumber.of(certificate);
        inventory.recordIntent(new Intent(
                serialNumber,
                issuer,
                "CN=camera-1",
                "camera-1",
                CertificateRole.DEVICE,
                "device",
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                "00".repeat(32),
                "test"));
        assertThat(inventory.complete(serialNumber, certificate.getEncoded())).isTrue();
    }

    private void revoke() {
        assertThat(inventory.revoke(
                        SerialNumber.of(certificate), RevocationReason.KEY_COMPROMISE, "test", clock.instant()))
                .isTrue();
    }
}
