package dev.waxwing.server.ingest;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What every counter and id of a device stands for (docs/protocol.md, section 13.1). Used inside the writer's transactions. */
@Component
final class Offers {

    private final JdbcClient jdbc;
    private final JdbcOperations batches;

    Offers(JdbcClient jdbc, JdbcOperations batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /** How an offer compares with what is known. */
    Standing standing(Offer offer) {
        return Standing.of(offer, known(offer.device(), List.of(offer)).stream());
    }

    /** What is known under the counters and the ids of these offers, which are all of one device. */
    List<Offer> known(String device, Collection<Offer> offers) {
        return jdbc.sql("""
            SELECT o.device, o.counter, o.offer_id, o.fingerprint
              FROM UNNEST(CAST(:counters AS BIGINT ARRAY)) AS wanted (counter)
              JOIN offer o ON o.device = :device AND o.counter = wanted.counter
             UNION
            SELECT o.device, o.counter, o.offer_id, o.fingerprint
              FROM UNNEST(CAST(:ids AS VARCHAR(32) ARRAY)) AS wanted (id)
              JOIN offer o ON o.device = :device AND o.offer_id = wanted.id
            """)
                .param("device", device)
                .param("counters", offers.stream().map(Offer::counter).toArray(Long[]::new))
                .param("ids", offers.stream().map(Offer::id).toArray(String[]::new))
                .query((row, _) -> new Offer(
                        row.getString("device"),
                        row.getLong("counter"),
                        row.getString("offer_id"),
                        row.getString("fingerprint")))
                .list();
    }

    /** Whether an id of a device stands for something. */
    boolean isTaken(String device, String id) {
        return jdbc.sql("SELECT COUNT(*) FROM offer WHERE device = :device AND offer_id = :id")
                        .param("device", device)
                        .param("id", id)
                        .query(Long.class)
                        .single()
                > 0;
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
     * The highest counter that stands for something, 0 if there is none (section 5.8). The order is that of the primary key, from
     * its end: H2 would look at every offer of the device for a maximum.
     */
    long highest(String device) {
        return jdbc.sql("""
            SELECT counter FROM offer WHERE device = :device ORDER BY device DESC, counter DESC
             FETCH FIRST ROW ONLY
            """)
                .param("device", device)
                .query(Long.class)
                .optional()
                .orElse(0L);
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

    /** Counter and id of a device, and what they stand for. */
    record Offer(String device, long counter, String id, String fingerprint) {}
}
