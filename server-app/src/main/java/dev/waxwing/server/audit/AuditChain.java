package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditEvent.Change;
import dev.waxwing.ca.audit.AuditEvent.Run;
import dev.waxwing.ca.audit.AuditTrail;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Appends to the audit trail. Whoever appends holds the lock on the chain's head until its transaction ends, so callers
 * append last.
 */
@Component
public final class AuditChain implements AuditTrail {

    private static final int MAX_ACTOR = 128;
    private static final int MAX_ACTION = 64;
    private static final int MAX_SUBJECT = 255;
    private static final int MAX_REASON = 1024;
    private static final int MAX_SOURCE = 64;
    private static final int MAX_VALUE = 512;

    private static final Pattern NOT_KEPT = Pattern.compile("[\\p{Cc}\\p{Cs}]");

    private static final String INSERT = """
        INSERT INTO audit_event
            (id, version, at, actor, action, subject, outcome, reference, reason, source, is_change, value_before,
             value_after, run_count, run_first, run_last, previous_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    private static final int[] TYPES = {
        Types.BIGINT,
        Types.INTEGER,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.BOOLEAN,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.INTEGER,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.VARCHAR,
        Types.VARCHAR
    };

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final TransactionTemplate transaction;
    private final Clock clock;

    AuditChain(JdbcClient jdbc, JdbcOperations batches, PlatformTransactionManager transactions, Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    @Override
    public void record(AuditEvent event) {
        record(List.of(event));
    }

    @Override
    public Runnable carried(Runnable work) {
        return Origin.carried(work);
    }

    /** All or none. */
    @Override
    public void record(List<AuditEvent> events) {
        if (!events.isEmpty()) {
            transaction.executeWithoutResult(_ -> append(events));
        }
    }

    private void append(List<AuditEvent> events) {
        Head head = jdbc.sql("SELECT id, hash FROM audit_head WHERE only_row = 1 FOR UPDATE")
                .query(Head::of)
                .single();
        Instant now = whole(clock.instant());
        List<@Nullable Object[]> rows = new ArrayList<>(events.size());
        for (AuditEvent event : events) {
            AuditEntry entry = entry(head.id() + 1, now, event);
            String hash = EntryHash.of(head.hash(), entry);
            rows.add(row(entry, head.hash(), hash));
            head = new Head(entry.id(), hash);
        }
        batches.batchUpdate(INSERT, rows, TYPES);
        jdbc.sql("UPDATE audit_head SET id = :id, hash = :hash WHERE only_row = 1")
                .param("id", head.id())
                .param("hash", head.hash())
                .update();
    }

    private static @Nullable Object[] row(AuditEntry entry, String previous, String hash) {
        Change change = entry.change();
        Run run = entry.run();
        return new @Nullable Object[] {
            entry.id(),
            entry.version(),
            utc(entry.at()),
            entry.actor(),
            entry.action(),
            entry.subject(),
            entry.outcome().name(),
            entry.reference(),
            entry.reason(),
            entry.source(),
            change != null,
            change == null ? null : change.before(),
            change == null ? null : change.after(),
            run == null ? 1 : run.count(),
            run == null ? null : utc(run.first()),
            run == null ? null : utc(run.last()),
            previous,
            hash
        };
    }

    private static AuditEntry entry(long id, Instant at, AuditEvent event) {
        String source = event.source() == null ? Origin.current() : event.source();
        Change change = event.change();
        Run run = event.run();
        return new AuditEntry(
                id,
                EntryHash.NEWEST,
                at,
                fitted(event.actor(), MAX_ACTOR),
                fitted(event.action(), MAX_ACTION),
                fitted(event.subject(), MAX_SUBJECT),
                event.outcome(),
                event.reference(),
                optional(event.reason(), MAX_REASON),
                optional(source, MAX_SOURCE),
                change == null
                        ? null
                        : new Change(optional(change.before(), MAX_VALUE), optional(change.after(), MAX_VALUE)),
                run == null ? null : new Run(run.count(), whole(run.first()), whole(run.last())));
    }

    /** The database keeps more digits than the hash covers: what is covered is what is kept. */
    private static Instant whole(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable String optional(@Nullable String text, int max) {
        return text == null ? null : fitted(text, max);
    }

    /**
     * Peers choose parts of what is written here: no control characters, no half of a surrogate pair, which UTF-8 does not have, and no
     * more than the column takes.
     */
    private static String fitted(String text, int max) {
        String shown = NOT_KEPT.matcher(text).replaceAll("\uFFFD");
        if (shown.length() <= max) {
            return shown;
        }
        int end = Character.isHighSurrogate(shown.charAt(max - 2)) ? max - 2 : max - 1;
        return shown.substring(0, end) + "…";
    }

    private record Head(long id, String hash) {
        static Head of(ResultSet row, int number) throws SQLException {
            return new Head(row.getLong("id"), row.getString("hash"));
        }
    }
}
