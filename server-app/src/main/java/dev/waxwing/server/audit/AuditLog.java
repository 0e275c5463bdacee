package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent.Change;
import dev.waxwing.ca.audit.AuditEvent.Run;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Searches and checks the audit trail. */
@Component
public final class AuditLog {

    private static final String GENESIS = "0".repeat(64);
    private static final int BATCH = 1_000;
    private static final Pattern REFERENCE = Pattern.compile("[0-9a-f]{16}");
    private static final String MATCH = """
         WHERE LOWER(actor) LIKE :part ESCAPE '!' OR LOWER(action) LIKE :part ESCAPE '!'
            OR LOWER(subject) LIKE :part ESCAPE '!' OR LOWER(reason) LIKE :part ESCAPE '!'
            OR LOWER(source) LIKE :part ESCAPE '!' OR LOWER(value_before) LIKE :part ESCAPE '!'
            OR LOWER(value_after) LIKE :part ESCAPE '!'
        """;

    private final JdbcClient jdbc;

    AuditLog(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Entries of a reference when {@code query} is a whole one that has any; otherwise entries whose actor, action, subject, reason,
     * source or values contain it, in either case. Newest first.
     *
     * @param query blank for all
     * @param page from 0
     * @param size at least 1
     */
    public Page<AuditEntry> page(String query, int page, int size) {
        String wanted = query.strip().toLowerCase(Locale.ROOT);
        if (wanted.isEmpty()) {
            return all(page, size);
        }
        if (REFERENCE.matcher(wanted).matches()) {
            Page<AuditEntry> found = search(" WHERE reference = :exact", Map.of("exact", wanted), page, size);
            if (found.total() > 0) {
                return found;
            }
        }
        return search(MATCH, Map.of("part", "%" + literal(wanted) + "%"), page, size);
    }

    /** Ids go from 1 without gaps: the head's is the total, and any page is found by its ids. */
    private Page<AuditEntry> all(int page, int size) {
        long total = jdbc.sql("SELECT id FROM audit_head WHERE only_row = 1")
                .query(Long.class)
                .single();
        long newest = total - (long) page * size;
        List<AuditEntry> items = jdbc.sql(
                        "SELECT * FROM audit_event WHERE id > :before AND id <= :newest ORDER BY id DESC")
                .param("before", newest - size)
                .param("newest", newest)
                .query(AuditLog::entry)
                .list();
        return new Page<>(items, page, size, total);
    }

    private Page<AuditEntry> search(String where, Map<String, Object> match, int page, int size) {
        List<AuditEntry> items = jdbc.sql("SELECT * FROM audit_event" + where
                        + " ORDER BY id DESC OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(match)
                .param("offset", (long) page * size)
                .param("size", size)
                .query(AuditLog::entry)
                .list();
        return Page.of(
                items,
                page,
                size,
                () -> jdbc.sql("SELECT COUNT(*) FROM audit_event" + where)
                        .params(match)
                        .query(Long.class)
                        .single());
    }

    /** The hash of an entry, in hex, or nothing when there is none of this id; 64 zeros before the first. */
    public Optional<String> hashOf(long id) {
        if (id == 0) {
            return Optional.of(GENESIS);
        }
        return jdbc.sql("SELECT hash FROM audit_event WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /** Recomputes the whole chain. Takes time in proportion to its length, and memory for a thousand entries. */
    public ChainCheck verify() {
        String previous = GENESIS;
        long checked = 0;
        List<Link> links = linksAfter(Long.MIN_VALUE); // There is nothing before the first.
        while (!links.isEmpty()) {
            for (Link link : links) {
                checked++;
                if (!link.follows(previous, checked)) {
                    return new ChainCheck(checked, checked, previous);
                }
                previous = link.hash();
            }
            links = linksAfter(checked);
        }
        Long brokenAt = endsAtHead(checked, previous) ? null : Long.valueOf(checked + 1);
        return new ChainCheck(checked, brokenAt, previous);
    }

    private List<Link> linksAfter(long id) {
        return jdbc.sql("SELECT * FROM audit_event WHERE id > :id ORDER BY id FETCH FIRST :count ROWS ONLY")
                .param("id", id)
                .param("count", BATCH)
                .query((row, number) ->
                        new Link(readable(row, number), row.getString("previous_hash"), row.getString("hash")))
                .list();
    }

    /** False when entries were cut off the end. More may have been added since the last batch was read, never fewer. */
    private boolean endsAtHead(long lastId, String lastHash) {
        return jdbc.sql("SELECT id, hash FROM audit_head WHERE only_row = 1")
                .query((row, _) -> row.getLong("id") > lastId && exists(lastId + 1)
                        || row.getLong("id") == lastId && row.getString("hash").equals(lastHash))
                .optional()
                .orElse(false);
    }

    private boolean exists(long id) {
        return jdbc.sql("SELECT COUNT(*) FROM audit_event WHERE id = :id")
                        .param("id", id)
                        .query(Long.class)
                        .single()
                == 1;
    }

    private static String literal(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    /** Nothing for a row that no version writes, for example with an outcome that there is none of. */
    private static @Nullable AuditEntry readable(ResultSet row, int number) throws SQLException {
        try {
            AuditEntry entry = entry(row, number);
            Run run = entry.run();
            boolean kept = isKept(entry.at())
                    && (run == null || run.count() >= 0 && isKept(run.first()) && isKept(run.last()));
            return kept ? entry : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A hash covers milliseconds since 1970, and no more is kept: what is smaller or earlier was put in. */
    private static boolean isKept(Instant at) {
        return !at.isBefore(Instant.EPOCH) && at.equals(at.truncatedTo(ChronoUnit.MILLIS));
    }

    private static AuditEntry entry(ResultSet row, int number) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                row.getInt("version"),
                instant(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                Outcome.valueOf(row.getString("outcome")),
                row.getString("reference"),
                row.getString("reason"),
                row.getString("source"),
                change(row),
                run(row));
    }

    /** A row whose columns contradict each other holds all that they say, so that its hash does not fit. */
    private static @Nullable Change change(ResultSet row) throws SQLException {
        String before = row.getString("value_before");
        String after = row.getString("value_after");
        return row.getBoolean("is_change") || before != null || after != null ? new Change(before, after) : null;
    }

    private static @Nullable Run run(ResultSet row) throws SQLException {
        int count = row.getInt("run_count");
        @Nullable Instant first = optionalInstant(row, "run_first");
        @Nullable Instant last = optionalInstant(row, "run_last");
        if (count == 1 && first == null && last == null) {
            return null;
        }
        return new Run(count, first == null ? Instant.EPOCH : first, last == null ? Instant.EPOCH : last);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private record Link(@Nullable AuditEntry entry, String previousHash, String hash) {
        boolean follows(String previous, long id) {
            return entry != null
                    && entry.id() == id
                    && previousHash.equals(previous)
                    && hash.equals(EntryHash.of(previous, entry));
        }
    }
}
