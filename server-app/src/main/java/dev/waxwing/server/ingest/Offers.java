package dev.waxwing.server.ingest;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What every counter and id of a device stands for (docs/protocol.md, section 13.1). Used inside the writer's transactions. */
@Component
final class Offers {

    private final JdbcClient jdbc;

    Offers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How an offer compares with what is known. */
    Standing standing(Offer offer) {
        List<Offer> known = jdbc.sql("""
            SELECT device, counter, offer_id, fingerprint FROM offer WHERE device = :device AND counter = :counter
            UNION
            SELECT device, counter, offer_id, fingerprint FROM offer WHERE device = :device AND offer_id = :id
            """)
                .param("device", offer.device())
                .param("counter", offer.counter())
                .param("id", offer.id())
                .query((row, _) -> new Offer(
                        row.getString("device"),
                        row.getLong("counter"),
                        row.getString("offer_id"),
                        row.getString("fingerprint")))
                .list();
        if (known.isEmpty()) {
            return Standing.NEW;
        }
        return known.equals(List.of(offer)) ? Standing.REPEAT : Standing.CONFLICT;
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
        jdbc.sql("INSERT INTO offer (device, counter, offer_id, fingerprint) VALUES (:device, :counter, :id,"
                        + " :fingerprint)")
                .param("device", offer.device())
                .param("counter", offer.counter())
                .param("id", offer.id())
                .param("fingerprint", offer.fingerprint())
                .update();
    }

    /**
     * The highest counter that stands for something, 0 if there is none (section 5.8). Each handshake asks: the first entry of the
     * index answers, where a maximum would be searched for among all that the device ever sent.
     */
    long highest(String device) {
        return jdbc.sql("""
            SELECT counter FROM offer WHERE device = :device ORDER BY device DESC, counter DESC FETCH FIRST 1 ROW ONLY
            """)
                .param("device", device)
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    enum Standing {
        NEW,
        REPEAT,
        CONFLICT
    }

    /** Counter and id of a device, and what they stand for. */
    record Offer(String device, long counter, String id, String fingerprint) {}
}
