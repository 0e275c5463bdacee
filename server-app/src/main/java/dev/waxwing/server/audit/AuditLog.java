package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent.Change;
import dev.waxwing.ca.audit.AuditEvent.Run;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.web.Page;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
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
         (LOWER(actor) LIKE :part ESCAPE '!' OR LOWER(action) LIKE :part ESCAPE '!'
            OR LOWER(subject) LIKE :part ESCAPE '!' OR LOWER(reason) LIKE :part ESCAPE '!'
            OR LOWER(source) LIKE :part ESCAPE '!' OR LOWER(value_before) LIKE :part ESCAPE '!'
            OR LOWER(value_after) LIKE :part ESCAPE '!')
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
        return page(AuditSearch.of(query), page, size);
    }

    /** The same of one outcome, or of a time. */
    public Page<AuditEntry> page(AuditSearch search, int page, int size) {
        if (search.isForAll()) {
            return all(page, size);
        }
        if (isReference(search)) {
            Page<AuditEntry> found = search(Wanted.of(search, true), page, size);
            if (found.total() > 0) {
                return found;
            }
        }
        return search(Wanted.of(search, false), page, size);
    }

    private static boolean isReference(AuditSearch search) {
        return REFERENCE.matcher(sought(search)).matches();
    }

    private static String sought(AuditSearch search) {
        return search.query().strip().toLowerCase(Locale.ROOT);
    }

    /** Takes entries one by one. */
    public interface Sink {
        void take(ChainedEntry entry) throws IOException;
    }

    /**
     * All entries that {@link #page} finds and that are there when this begins, oldest first. They are read in batches, so that
     * neither memory nor the database is kept by whoever takes them slowly.
     */
    public void each(AuditSearch search, Sink sink) throws IOException {
        long last = length();
        Wanted exact = Wanted.of(search, true);
        Wanted wanted = isReference(search) && !after(0, last, exact).isEmpty() ? exact : Wanted.of(search, false);
        List<ChainedEntry> batch = after(0, last, wanted);
        while (!batch.isEmpty()) {
            for (ChainedEntry entry : batch) {
                sink.take(entry);
            }
            batch = after(batch.getLast().entry().id(), last, wanted);
        }
    }

    private List<ChainedEntry> after(long id, long last, Wanted wanted) {
        return jdbc.sql("SELECT * FROM audit_event WHERE id > :id AND id <= :last" + wanted.and()
                        + " ORDER BY id FETCH FIRST :count ROWS ONLY")
                .params(wanted.values())
                .param("id", id)
                .param("last", last)
                .param("count", BATCH)
                .query((row, number) ->
                        new ChainedEntry(entry(row, number), row.getString("previous_hash"), row.getString("hash")))
                .list();
    }

    /** How many entries there are. */
    public long length() {
        return jdbc.sql("SELECT id FROM audit_head WHERE only_row = 1")
                .query(Long.class)
                .single();
    }

    /** The conditions of a search, as SQL. */
    private record Wanted(List<String> conditions, Map<String, Object> values) {

        /** @param exact whether the words are a whole reference */
        static Wanted of(AuditSearch search, boolean exact) {
            Wanted wanted = new Wanted(new ArrayList<>(), new HashMap<>());
            String words = sought(search);
            if (exact) {
                wanted.add("reference = :exact", "exact", words);
            } else if (!words.isEmpty()) {
                wanted.add(MATCH, "part", "%" + literal(words) + "%");
            }
            if (search.outcome() != null) {
                wanted.add("outcome = :outcome", "outcome", search.outcome().name());
            }
            if (search.from() != null) {
                wanted.add("at >= :from", "from", search.from().atOffset(ZoneOffset.UTC));
            }
            if (search.until() != null) {
                wanted.add("at < :until", "until", search.until().atOffset(ZoneOffset.UTC));
            }
            return wanted;
        }

        private void add(String condition, String name, Object value) {
            conditions.add(condition);
            values.put(name, value);
        }

        String where() {
            return " WHERE " + String.join(" AND ", conditions);
        }

        String and() {
            return conditions.isEmpty() ? "" : " AND " + String.join(" AND ", conditions);
        }
    }

    /** Ids go from 1 without gaps: the head's is the total, and any page is found by its ids. */
    private Page<AuditEntry> all(int page, int size) {
        long total = length();
        long newest = total - (long) page * size;
        List<AuditEntry> items = jdbc.sql(
                        "SELECT * FROM audit_event WHERE id > :before AND id <= :newest ORDER BY id DESC")
                .param("before", newest - size)
                .param("newest", newest)
                .query(AuditLog::entry)
                .list();
        return new Page<>(items, page, size, total);
    }

    private Page<AuditEntry> search(Wanted wanted, int page, int size) {
        List<AuditEntry> items = jdbc.sql("SELECT * FROM audit_event" + wanted.where()
                        + " ORDER BY id DESC OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(wanted.values())
                .param("offset", (long) page * size)
                .param("size", size)
                .query(AuditLog::entry)
                .list();
        return Page.of(
                items,
                page,
                size,
                () -> jdbc.sql("SELECT COUNT(*) FROM audit_event" + wanted.where())
                        .params(wanted.values())
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

    /** Whether the entry of this number still has the hash, in hex, that was noted of it. */
    public NotedHead noted(long id, String hash) {
        return hashOf(id)
                .map(found -> found.equals(hash.strip().toLowerCase(Locale.ROOT)) ? NotedHead.SAME : NotedHead.ANOTHER)
                .orElse(NotedHead.MISSING);
    }

    /** Recomputes the whole chain. Takes time in proportion to its length, and memory for a thousand entries. */
    public ChainCheck verify() {
        return verify(_ -> {});
    }

    /** @param progress is told now and then how many entries fit so far */
    ChainCheck verify(LongConsumer progress) {
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
            progress.accept(checked);
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
