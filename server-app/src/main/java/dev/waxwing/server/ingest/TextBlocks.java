package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.Offers.Key;
import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.wire.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Blocks of texts as rows. A commit of many texts is a row or a few, where a row for each text was most of what a text cost. Writes
 * are called by the writer inside its transactions.
 */
@Component
final class TextBlocks {

    private static final String COLUMNS = "first_counter, last_counter, first_id, last_id, content";

    private final JdbcClient jdbc;
    private final JdbcOperations batches;

    TextBlocks(JdbcClient jdbc, JdbcOperations batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /**
     * Adds the blocks of one commit.
     *
     * @param top of the device before
     */
    void add(String device, Top top, List<TextBlock> blocks, OffsetDateTime receivedAt) {
        List<Object[]> rows = new ArrayList<>(blocks.size());
        for (TextBlock block : blocks) {
            rows.add(new Object[] {
                device,
                block.counters().first(),
                block.counters().last(),
                top.number() + rows.size() + 1,
                block.ids().first().hex(),
                block.ids().last().hex(),
                receivedAt,
                block.content().toArray()
            });
        }
        batches.batchUpdate("""
            INSERT INTO text_block (device, first_counter, last_counter, number, first_id, last_id, received_at, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, rows);
    }

    /** The block with a counter, if there is one. Blocks do not overlap: only the first that does not end before can have it. */
    Optional<TextBlock> with(String device, long counter) {
        return jdbc.sql("SELECT " + COLUMNS + """
              FROM text_block
             WHERE device = :device AND last_counter >= :counter
             ORDER BY device, last_counter
             FETCH FIRST ROW ONLY
            """)
                .param("device", device)
                .param("counter", counter)
                .query((row, _) -> block(row))
                .optional()
                .filter(block -> block.counters().has(counter));
    }

    /** The block whose range has an id, if there is one. Ranges do not overlap: only the first that does not end before can. */
    private Optional<TextBlock> around(String device, ItemId id) {
        return jdbc.sql("SELECT " + COLUMNS + """
              FROM text_block
             WHERE device = :device AND last_id >= :id
             ORDER BY device, last_id
             FETCH FIRST ROW ONLY
            """)
                .param("device", device)
                .param("id", id.toString())
                .query((row, _) -> block(row))
                .optional()
                .filter(block -> block.ids().has(id));
    }

    private static TextBlock block(ResultSet row) throws SQLException {
        return new TextBlock(
                new CounterRun(row.getLong("first_counter"), row.getLong("last_counter")),
                new IdRange(Bytes.fromHex(row.getString("first_id")), Bytes.fromHex(row.getString("last_id"))),
                Bytes.adopt(row.getBytes("content")));
    }

    /** Whether a text has an id that is in a range. */
    boolean isTaken(String device, ItemId id) {
        return around(device, id).stream()
                .flatMap(block -> block.texts().stream())
                .anyMatch(text -> text.id().equals(id));
    }

    /** What these counters and ids of a device stand for among its texts. */
    Collection<Offer> known(String device, Top top, Collection<Key> keys) {
        SortedSet<Long> counters = keys.stream()
                .map(Key::counter)
                .filter(counter -> counter <= top.counter())
                .collect(Collectors.toCollection(TreeSet::new));
        SortedSet<ItemId> ids = keys.stream()
                .map(Key::id)
                .filter(id -> id.value().compareTo(top.id()) <= 0)
                .collect(Collectors.toCollection(TreeSet::new));
        return counters.isEmpty() && ids.isEmpty() ? List.of() : new Search(device, counters, ids).all();
    }

    /**
     * Looks for several texts at once. Of the blocks that it reads it keeps what it looks for, and reads none twice for the same
     * reason.
     */
    private final class Search {

        private final String device;
        private final SortedSet<Long> counters;
        private final SortedSet<ItemId> ids;
        private final Set<Offer> found = new HashSet<>();
        private final Set<ItemId> foundIds = new HashSet<>();

        Search(String device, SortedSet<Long> counters, SortedSet<ItemId> ids) {
            this.device = device;
            this.counters = counters;
            this.ids = ids;
        }

        Set<Offer> all() {
            seekCounters();
            seekIds();
            return found;
        }

        private void seekCounters() {
            CounterRun read = CounterRun.EMPTY;
            for (long counter : counters) {
                if (!read.has(counter)) {
                    Optional<TextBlock> block = with(device, counter);
                    block.ifPresent(this::keep);
                    read = block.map(TextBlock::counters).orElse(CounterRun.EMPTY);
                }
            }
        }

        private void seekIds() {
            IdRange read = IdRange.EMPTY;
            for (ItemId id : ids) {
                if (!read.has(id) && !foundIds.contains(id)) {
                    Optional<TextBlock> block = around(device, id);
                    block.ifPresent(this::keep);
                    read = block.map(TextBlock::ids).orElse(IdRange.EMPTY);
                }
            }
        }

        private void keep(TextBlock block) {
            for (TextBlock.StoredText text : block.texts()) {
                if (counters.contains(text.counter()) || ids.contains(text.id())) {
                    found.add(text.offer(device));
                    foundIds.add(text.id());
                }
            }
        }
    }

    /**
     * How far the texts of a device reach.
     *
     * @param counter the highest
     * @param id the highest in a range, nothing if there is none
     * @param number of its last block
     */
    record Top(long counter, Bytes id, long number) {

        static final Top NONE = new Top(0, Bytes.EMPTY, 0);
    }
}
