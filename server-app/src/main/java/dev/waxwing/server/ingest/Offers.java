package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.TextBlocks.Top;
import dev.waxwing.wire.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What every counter and id of a device stands for (docs/protocol.md, section 13.1). Uploads and groups have a row each; texts stand
 * in their blocks, with a row beside them if their id came out of order. Used inside the writer's transactions.
 */
@Component
final class Offers {

    /** Rows that are read between keys beside one for each. */
    private static final int FEW = 16;

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final TextBlocks texts;

    Offers(JdbcClient jdbc, JdbcOperations batches, TextBlocks texts) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.texts = texts;
    }

    /** How an offer compares with what is known. */
    Standing standing(Offer offer) {
        return Standing.of(offer, known(offer.device(), List.of(offer.key())).offers().stream());
    }

    /** What is known of a device under these counters and ids, and perhaps under some between them. */
    Known known(String device, Collection<Key> keys) {
        Listed listed = listed(device, keys);
        List<Offer> all = new ArrayList<>(listed.offers);
        all.addAll(texts.known(device, listed.top, keys));
        return new Known(all, listed.top);
    }

    /**
     * What of it has a row of its own, and how far the texts reach among which the rest is to be sought. What a device sends together is
     * together in both orders, with next to no row in between: to read what is there costs little, to look for each was a fifth of what a
     * server did. A device may number as it likes, though, so no more is read than there are keys, about, and else each is looked for.
     */
    private Listed listed(String device, Collection<Key> keys) {
        int most = keys.size() + FEW;
        Listed between = between(device, keys, most);
        // With fewer rows than one range may give, neither was cut off.
        return between.offers.size() < most ? between : new Listed(between.top, each(device, keys));
    }

    private Listed between(String device, Collection<Key> keys, int most) {
        LongSummaryStatistics counters = keys.stream().mapToLong(Key::counter).summaryStatistics();
        IdRange ids = IdRange.beyond(Bytes.EMPTY, keys.stream().map(Key::id).toList());
        Listing listing = new Listing(device);
        // H2 keeps no union prepared, but what selects from one.
        jdbc.sql("""
            SELECT counter, offer_id, fingerprint, number FROM (
            (SELECT counter, offer_id, fingerprint, 0 AS number FROM offer
              WHERE device = :device AND counter BETWEEN :firstCounter AND :lastCounter
              ORDER BY device, counter FETCH FIRST :most ROWS ONLY)
             UNION ALL
            (SELECT counter, offer_id, fingerprint, 0 FROM offer
              WHERE device = :device AND offer_id BETWEEN :firstId AND :lastId
              ORDER BY device, offer_id FETCH FIRST :most ROWS ONLY)
             UNION ALL
            (SELECT last_counter,
                    (SELECT last_id FROM text_block WHERE device = :device
                      ORDER BY device DESC, last_id DESC FETCH FIRST ROW ONLY),
                    NULL,
                    (SELECT number FROM text_block WHERE device = :device
                      ORDER BY device DESC, number DESC FETCH FIRST ROW ONLY)
               FROM text_block WHERE device = :device
              ORDER BY device DESC, last_counter DESC FETCH FIRST ROW ONLY))
            """)
                .param("device", device)
                .param("firstCounter", counters.getMin())
                .param("lastCounter", counters.getMax())
                .param("firstId", ids.first().hex())
                .param("lastId", ids.last().hex())
                .param("most", most)
                .query(listing);
        return listing.listed();
    }

    private List<Offer> each(String device, Collection<Key> keys) {
        return jdbc.sql("""
            SELECT o.counter, o.offer_id, o.fingerprint
              FROM UNNEST(CAST(:counters AS BIGINT ARRAY)) AS wanted (counter)
              JOIN offer o ON o.device = :device AND o.counter = wanted.counter
             UNION
            SELECT o.counter, o.offer_id, o.fingerprint
              FROM UNNEST(CAST(:ids AS VARCHAR(32) ARRAY)) AS wanted (id)
              JOIN offer o ON o.device = :device AND o.offer_id = wanted.id
            """)
                .param("device", device)
                .param("counters", keys.stream().map(Key::counter).toArray(Long[]::new))
                .param("ids", keys.stream().map(Key::id).map(ItemId::toString).toArray(String[]::new))
                .query((row, _) -> new Offer(
                        device, row.getLong("counter"), row.getString("offer_id"), row.getString("fingerprint")))
                .list();
    }

    /** Whether an id of a device stands for something. */
    boolean isTaken(String device, ItemId id) {
        long listed = jdbc.sql("SELECT COUNT(*) FROM offer WHERE device = :device AND offer_id = :id")
                .param("device", device)
                .param("id", id.toString())
                .query(Long.class)
                .single();
        return listed > 0 || texts.isTaken(device, id);
    }

    /** Makes counter and id stand for this offer, for ever. */
    void add(Offer offer) {
        add(List.of(offer));
    }

    /** Makes counters and ids stand for these offers, for ever. */
    void add(List<Offer> offers) {
        batches.batchUpdate(
                "INSERT INTO offer (device, counter, offer_id, fingerprint) VALUES (?, ?, ?, ?)",
                offers.stream()
                        .map(offer -> new Object[] {offer.device(), offer.counter(), offer.id(), offer.fingerprint()})
                        .toList());
    }

    /**
     * The highest counter that stands for something, 0 if there is none (section 5.8). The orders are those of the primary keys, from
     * their ends: H2 would look at every row of the device for a maximum.
     */
    long highest(String device) {
        return jdbc.sql("""
            SELECT GREATEST(
                COALESCE((SELECT counter FROM offer WHERE device = :device
                           ORDER BY device DESC, counter DESC FETCH FIRST ROW ONLY), 0),
                COALESCE((SELECT last_counter FROM text_block WHERE device = :device
                           ORDER BY device DESC, last_counter DESC FETCH FIRST ROW ONLY), 0))
            """).param("device", device).query(Long.class).single();
    }

    enum Standing {
        NEW,
        REPEAT,
        CONFLICT;

        /** @param known all that stands under the offer's counter or its id */
        static Standing of(Offer offer, Stream<Offer> known) {
            List<Offer> distinct = known.distinct().toList();
            if (distinct.isEmpty()) {
                return NEW;
            }
            return distinct.equals(List.of(offer)) ? REPEAT : CONFLICT;
        }
    }

    /** What is known of a device. @param top how far its texts reach */
    record Known(List<Offer> offers, Top top) {}

    /** What has rows of its own, and how far the texts reach. */
    private record Listed(Top top, List<Offer> offers) {}

    /** The rows of one answer, of which the one without a fingerprint says how far the texts reach. */
    private static final class Listing implements RowCallbackHandler {

        private final String device;
        private final List<Offer> offers = new ArrayList<>();
        private Top top = Top.NONE;

        Listing(String device) {
            this.device = device;
        }

        @Override
        public void processRow(ResultSet row) throws SQLException {
            long counter = row.getLong("counter");
            String id = row.getString("offer_id");
            String fingerprint = row.getString("fingerprint");
            if (fingerprint == null) {
                top = new Top(counter, Bytes.fromHex(id), row.getLong("number"));
            } else {
                offers.add(new Offer(device, counter, id, fingerprint));
            }
        }

        Listed listed() {
            return new Listed(top, offers);
        }
    }

    /** Counter and id of a device, and what they stand for. */
    record Offer(String device, long counter, String id, String fingerprint) {

        Key key() {
            return new Key(counter, ItemId.parse(id));
        }
    }

    /** By what an offer of a device is found. */
    record Key(long counter, ItemId id) {}
}
