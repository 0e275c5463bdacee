package dev.waxwing.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.audit.AuditEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class AuditTrailTest {

    private JdbcClient jdbc;
    private TransactionTemplate transactions;
    private AuditChain chain;
    private AuditLog log;

    @BeforeEach
    void open() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        JdbcTransactionManager manager = new JdbcTransactionManager(database);
        transactions = new TransactionTemplate(manager);
        chain = new AuditChain(
                jdbc, manager, Clock.fixed(Instant.parse("2026-01-31T09:30:00.123456Z"), ZoneOffset.UTC));
        log = new AuditLog(jdbc);
    }

    @Test
    void finds_entries_by_reference_and_by_part_of_any_word_newest_first() {
        AuditEvent refused = AuditEvent.refused("device:cam-1", "session.refused", "cam-1", "certificate is revoked");
        chain.record(AuditEvent.success("anna", "invite.created", "cam-1", null));
        chain.record(refused);
        assertThat(log.page(refused.reference(), 0, 10).items())
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).isEqualTo("certificate is revoked"));
        assertThat(log.page("CAM-1", 0, 10).items()).extracting(AuditEntry::id).containsExactly(2L, 1L);
        assertThat(log.page("revok", 0, 10).total()).isEqualTo(1);
        assertThat(log.page("%", 0, 10).total()).isZero();
        assertThat(log.page("", 1, 1).items()).extracting(AuditEntry::id).containsExactly(1L);
    }

    @Test
    void keeps_an_event_only_if_the_callers_transaction_commits() {
        transactions.executeWithoutResult(status -> {
            chain.record(AuditEvent.success("anna", "invite.created", "cam-1", null));
            status.setRollbackOnly();
        });
        assertThat(log.page("", 0, 10).total()).isZero();
        chain.record(AuditEvent.success("anna", "invite.created", "cam-2", null));
        assertThat(log.verify()).isEqualTo(new ChainCheck(1, null, log.hashOf(1).orElseThrow()));
    }

    @Test
    void has_no_forks_when_many_write_at_once() throws InterruptedException {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String actor = "writer-" + i;
            writers.add(Thread.startVirtualThread(() -> {
                for (int n = 0; n < 25; n++) {
                    chain.record(AuditEvent.success(actor, "test.event", "subject " + n, null));
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(log.verify())
                .isEqualTo(new ChainCheck(200, null, log.hashOf(200).orElseThrow()));
    }

    @Test
    void notices_a_changed_a_missing_and_a_cut_off_entry() {
        for (int i = 0; i < 5; i++) {
            chain.record(AuditEvent.refused("device:cam", "upload.refused", "subject " + i, "reason " + i));
        }
        jdbc.sql("UPDATE audit_event SET reason = 'another' WHERE id = 3").update();
        assertThat(log.verify().brokenAt()).isEqualTo(3);
        jdbc.sql("UPDATE audit_event SET reason = 'reason 2' WHERE id = 3").update();
        assertThat(log.verify().intact()).isTrue();
        jdbc.sql("DELETE FROM audit_event WHERE id = 5").update();
        assertThat(log.verify().brokenAt()).isEqualTo(5);
        jdbc.sql("DELETE FROM audit_event WHERE id = 2").update();
        assertThat(log.verify().brokenAt()).isEqualTo(2);
    }

    @Test
    void takes_whatever_a_peer_puts_into_a_name() {
        String nasty = "a\u0000b\r\n" + "\uD83D\uDE00".repeat(500);
        chain.record(AuditEvent.refused("device:" + nasty, "session.refused", nasty, nasty));
        AuditEntry entry = log.page("", 0, 1).items().getFirst();
        assertThat(entry.subject()).doesNotContain("\n", "\u0000").hasSizeLessThanOrEqualTo(255);
        assertThat(log.verify().intact()).isTrue();
    }
}
