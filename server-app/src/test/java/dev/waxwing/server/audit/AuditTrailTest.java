package dev.waxwing.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class AuditTrailTest {

    private static final String FIRST_OLD_HASH = "8eeec783eba41daf12b41aad65ed0396cadcc8e03435f9af506674ff2b2bdb5c";
    private static final String SECOND_OLD_HASH = "088609b756973d8a0ed2294e08b05094cd7382aff8b4cedac22b25e62be9c7ed";

    private DataSource database;
    private JdbcClient jdbc;
    private TransactionTemplate transactions;
    private AuditChain chain;
    private AuditLog log;

    @BeforeEach
    void open() {
        JdbcDataSource h2 = new JdbcDataSource();
        database = h2;
        h2.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        JdbcTransactionManager manager = new JdbcTransactionManager(database);
        transactions = new TransactionTemplate(manager);
        chain = new AuditChain(
                jdbc,
                new JdbcTemplate(database),
                manager,
                Clock.fixed(Instant.parse("2026-01-31T09:30:00.123456Z"), ZoneOffset.UTC));
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
    void finds_entries_of_an_outcome_and_a_time_and_gives_them_all_in_order() throws Exception {
        Instant at = Instant.parse("2026-01-31T09:30:00.123Z");
        AuditEvent refused = AuditEvent.refused("anna", "invite.creation-refused", "cam-1", "taken");
        chain.record(refused);
        for (int i = 0; i < 1_500; i++) {
            chain.record(AuditEvent.success("anna", "invite.created", "cam-" + i, null));
        }
        assertThat(log.page(new AuditSearch("", Outcome.REFUSED, null, null), 0, 10)
                        .items())
                .extracting(AuditEntry::reference)
                .containsExactly(refused.reference());
        assertThat(log.page(new AuditSearch("anna", Outcome.SUCCESS, null, null), 0, 10)
                        .total())
                .isEqualTo(1_500);
        assertThat(log.page(new AuditSearch("", null, at, at.plusMillis(1)), 0, 10)
                        .total())
                .isEqualTo(1_501);
        assertThat(log.page(new AuditSearch("", null, Instant.MIN, at), 0, 10).total())
                .isZero();
        assertThat(log.page(new AuditSearch("", null, at.plusMillis(1), Instant.MAX), 0, 10)
                        .total())
                .isZero();
        assertThat(log.page(new AuditSearch(refused.reference(), Outcome.SUCCESS, null, null), 0, 10)
                        .total())
                .isZero();

        List<ChainedEntry> taken = new ArrayList<>();
        log.each(new AuditSearch("invite.created", null, null, null), taken::add);
        assertThat(taken).extracting(entry -> entry.entry().id()).isSorted().hasSize(1_500);
        taken.clear();
        log.each(AuditSearch.of(refused.reference()), taken::add);
        assertThat(taken)
                .extracting(ChainedEntry::hash)
                .containsExactly(log.hashOf(1).orElseThrow());
    }

    @Test
    void takes_away_what_was_there_when_it_began() throws Exception {
        chain.record(AuditEvent.success("anna", "invite.created", "cam-1", null));
        List<ChainedEntry> taken = new ArrayList<>();
        log.each(AuditSearch.of(""), entry -> {
            taken.add(entry);
            chain.record(AuditEvent.success("anna", "invite.created", "cam-2", null));
        });
        assertThat(taken).hasSize(1);
    }

    @Test
    void one_check_of_the_chain_is_under_way_at_a_time() {
        chain.record(AuditEvent.success("anna", "invite.created", "cam-1", null));
        CountDownLatch database = new CountDownLatch(1);
        ChainInspection inspection =
                new ChainInspection(new AuditLog(JdbcClient.create(slow(database))), Clock.systemUTC());
        assertThat(inspection.latest()).isEmpty();
        ChainInspection.Run first = inspection.order();
        assertThat(inspection.order()).isSameAs(first);
        assertThat(first.finding()).isEmpty();
        database.countDown();
        assertThat(first.await().check().intact()).isTrue();
        assertThat(first.finding()).isPresent();
        ChainInspection.Run second = inspection.order();
        assertThat(second).isNotSameAs(first);
        assertThat(second.await().check().headId()).isEqualTo(1);
        assertThat(inspection.latest()).containsSame(second);
    }

    /** Lets a check wait, and nobody else. */
    private DataSource slow(CountDownLatch until) {
        return new DelegatingDataSource(database) {
            @Override
            public Connection getConnection() throws SQLException {
                if (Thread.currentThread().getName().equals("audit-chain-check")) {
                    try {
                        until.await();
                    } catch (InterruptedException e) {
                        throw new SQLException(e);
                    }
                }
                return super.getConnection();
            }
        };
    }

    @Test
    void a_check_that_the_database_ends_has_failed_and_can_be_ordered_again() {
        ChainInspection inspection = new ChainInspection(log, Clock.systemUTC());
        jdbc.sql("ALTER TABLE audit_event RENAME TO hidden").update();
        ChainInspection.Run failed = inspection.order();
        assertThatThrownBy(failed::await).isInstanceOf(CompletionException.class);
        assertThat(failed.hasFailed()).isTrue();
        assertThat(failed.finding()).isEmpty();
        jdbc.sql("ALTER TABLE hidden RENAME TO audit_event").update();
        assertThat(inspection.order().await().check().intact()).isTrue();
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
    void keeps_from_where_what_changed_and_how_many() {
        Instant first = Instant.parse("2026-01-31T09:29:00.123456Z");
        chain.record(AuditEvent.success("anna", "user.role-changed", "olga", null)
                .from("192.0.2.7")
                .changing("viewer", "operator"));
        chain.record(AuditEvent.success("anna", "user.created", "olga", null).changing(null, "viewer"));
        chain.record(AuditEvent.refused("peer", "session.refused", "none", "expired")
                .counting(12, first, first.plusSeconds(9)));

        List<AuditEntry> newest = log.page("", 0, 10).items();
        assertThat(newest.get(2).source()).isEqualTo("192.0.2.7");
        assertThat(newest.get(2).change()).isEqualTo(new AuditEvent.Change("viewer", "operator"));
        assertThat(newest.get(1).change()).isEqualTo(new AuditEvent.Change(null, "viewer"));
        assertThat(newest.get(0).run())
                .isEqualTo(new AuditEvent.Run(
                        12, Instant.parse("2026-01-31T09:29:00.123Z"), Instant.parse("2026-01-31T09:29:09.123Z")));
        assertThat(log.page("192.0.2.7", 0, 10).total()).isEqualTo(1);
        assertThat(log.page("OPERATOR", 0, 10).total()).isEqualTo(1);
        assertThat(log.verify()).isEqualTo(new ChainCheck(3, null, log.hashOf(3).orElseThrow()));
    }

    @Test
    void says_from_where_without_being_told() {
        AuditEvent event = AuditEvent.success("anna", "invite.created", "cam-1", null);
        Origin.run("192.0.2.7", () -> {
            chain.record(event);
            chain.record(event.from("198.51.100.9"));
            Origin.carried(() -> chain.record(event)).run();
        });
        chain.record(event);

        assertThat(log.page("", 0, 10).items())
                .extracting(AuditEntry::source)
                .containsExactly(null, "192.0.2.7", "198.51.100.9", "192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run_first = TIMESTAMP WITH TIME ZONE '2026-01-31 09:29:00Z'",
                "run_last = TIMESTAMP WITH TIME ZONE '2026-01-31 09:29:00Z'",
                "run_count = -1, run_first = at, run_last = at",
                "at = DATEADD(MICROSECOND, 700, at)",
                "at = DATEADD(YEAR, -100, at)",
                "previous_hash = 'zz'",
                "is_change = TRUE"
            })
    void notices_a_change_of_a_plain_entry(String change) {
        chain.record(AuditEvent.success("anna", "test.event", "x", "what?"));
        chain.record(AuditEvent.success("anna", "test.event", "x", null));
        assertThat(log.verify().intact()).isTrue();

        jdbc.sql("UPDATE audit_event SET " + change + " WHERE id = 1").update();

        assertThat(log.verify().brokenAt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-7, 0, 2, 9})
    void notices_an_entry_that_was_put_in(long id) {
        chain.record(AuditEvent.success("anna", "test.event", "x", null));
        jdbc.sql("""
            INSERT INTO audit_event (id, at, actor, action, subject, outcome, reference, reason, previous_hash, hash)
            SELECT :id, at, 'olga', action, subject, outcome, reference, reason, previous_hash, hash FROM audit_event
            """).param("id", id).update();

        assertThat(log.verify().intact()).isFalse();
    }

    @Test
    void notices_that_the_head_is_gone() {
        chain.record(AuditEvent.success("anna", "test.event", "x", null));
        jdbc.sql("DELETE FROM audit_head").update();

        assertThat(log.verify().brokenAt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "outcome = 'nonsense'",
                "source = '192.0.2.8'",
                "source = NULL",
                "value_before = 'admin'",
                "value_after = NULL",
                "is_change = FALSE, value_before = NULL, value_after = NULL",
                "run_count = 13",
                "run_count = 1, run_first = NULL, run_last = NULL",
                "run_first = TIMESTAMP WITH TIME ZONE '2026-01-31 09:29:01Z'",
                "run_last = TIMESTAMP WITH TIME ZONE '2026-01-31 09:29:01Z'",
                "version = 1",
                "version = 2",
                "version = 4"
            })
    void notices_a_change_of_any_later_column(String change) {
        Instant first = Instant.parse("2026-01-31T09:29:00Z");
        chain.record(AuditEvent.success("anna", "test.event", "x", null)
                .from("192.0.2.7")
                .changing("viewer", "operator")
                .counting(12, first, first.plusSeconds(9)));
        assertThat(log.verify().intact()).isTrue();

        jdbc.sql("UPDATE audit_event SET " + change + " WHERE id = 1").update();

        assertThat(log.verify().brokenAt()).isEqualTo(1);
    }

    @Test
    void what_was_written_before_the_later_columns_still_fits_and_new_entries_follow_it() {
        JdbcDataSource h2 = new JdbcDataSource();
        database = h2;
        h2.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure().dataSource(database).target("103.1").load().migrate();
        JdbcClient old = JdbcClient.create(database);
        // As the version before wrote them; the hashes were computed apart from this code, by what it documented.
        insertOld(old, 1, "anna", "invite.created", "cam-1", "SUCCESS", null, "0".repeat(64), FIRST_OLD_HASH);
        insertOld(old, 2, "peer", "session.refused", "none", "REFUSED", "expired", FIRST_OLD_HASH, SECOND_OLD_HASH);
        old.sql("UPDATE audit_head SET id = 2, hash = '" + SECOND_OLD_HASH + "'")
                .update();

        Flyway.configure().dataSource(database).outOfOrder(true).load().migrate();
        AuditLog migrated = new AuditLog(old);
        assertThat(migrated.verify()).isEqualTo(new ChainCheck(2, null, SECOND_OLD_HASH));
        new AuditChain(old, new JdbcTemplate(database), new JdbcTransactionManager(database), Clock.systemUTC())
                .record(AuditEvent.success("anna", "test.event", "x", null).from("192.0.2.7"));

        assertThat(migrated.verify())
                .isEqualTo(new ChainCheck(3, null, migrated.hashOf(3).orElseThrow()));
        old.sql("UPDATE audit_event SET source = '192.0.2.8' WHERE id = 1").update();
        assertThat(migrated.verify().brokenAt()).isEqualTo(1);
    }

    private static void insertOld(
            JdbcClient jdbc,
            long id,
            String actor,
            String action,
            String subject,
            String outcome,
            @Nullable String reason,
            String previous,
            String hash) {
        jdbc.sql("""
            INSERT INTO audit_event (id, at, actor, action, subject, outcome, reference, reason, previous_hash, hash)
            VALUES (:id, TIMESTAMP WITH TIME ZONE '2026-01-31 09:30:00.123Z', :actor, :action, :subject, :outcome,
                    '0123456789abcdef', :reason, :previous, :hash)
            """)
                .param("id", id)
                .param("actor", actor)
                .param("action", action)
                .param("subject", subject)
                .param("outcome", outcome)
                .param("reason", reason)
                .param("previous", previous)
                .param("hash", hash)
                .update();
    }

    @Test
    void takes_whatever_a_peer_puts_into_a_name() {
        String nasty = "a\u0000b\r\n" + "\uD83D\uDE00".repeat(500);
        chain.record(AuditEvent.refused("device:" + nasty, "session.refused", nasty, nasty));
        AuditEntry entry = log.page("", 0, 1).items().getFirst();
        assertThat(entry.subject()).doesNotContain("\n", "\u0000").hasSizeLessThanOrEqualTo(255);
        assertThat(log.verify().intact()).isTrue();
    }

    @Test
    void half_of_a_surrogate_pair_is_kept_as_what_is_hashed() {
        chain.record(AuditEvent.refused("peer", "session.refused", "x\uD83D", "a\uDE00\uD83D\uDE00b")
                .changing("\uD83D", "?"));
        AuditEntry entry = log.page("", 0, 1).items().getFirst();
        assertThat(entry.subject()).isEqualTo("x\uFFFD");
        assertThat(entry.reason()).isEqualTo("a\uFFFD\uD83D\uDE00b");
        assertThat(entry.change()).isEqualTo(new AuditEvent.Change("\uFFFD", "?"));
        assertThat(log.verify().intact()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"actor", "action", "subject", "reason", "source", "value_before", "value_after"})
    void notices_half_of_a_surrogate_pair_where_a_question_mark_was(String column) {
        chain.record(AuditEvent.success("?", "?", "?", "?").from("?").changing("?", "?"));
        assertThat(log.verify().intact()).isTrue();

        jdbc.sql("UPDATE audit_event SET " + column + " = :half")
                .param("half", "\uD83D")
                .update();

        assertThat(log.verify().brokenAt()).isEqualTo(1);
    }

    /** As the version before wrote it, to which it was a question mark. The hash was computed apart from this code. */
    @Test
    void half_of_a_surrogate_pair_that_was_written_before_still_fits() {
        insertOld(
                jdbc,
                1,
                "peer",
                "session.refused",
                "x\uD83D",
                "REFUSED",
                "expired",
                "0".repeat(64),
                "f9fccbf807169bb0626788d6d421b593455cecf013ecbb2b660ba3b63dcb7a25");
        jdbc.sql("UPDATE audit_event SET version = 2").update();
        jdbc.sql("UPDATE audit_head SET id = 1, hash = (SELECT hash FROM audit_event)")
                .update();

        assertThat(log.verify().intact()).isTrue();
    }
}
