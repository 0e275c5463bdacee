package dev.waxwing.server.ingest;

import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Texts as rows. Writes are called by the writer inside its transactions. */
@Component
final class TextStore {

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final Offers offers;
    private final SenderStatus senders;
    private final DiskSpace space;
    private final Clock clock;

    TextStore(
            JdbcClient jdbc,
            JdbcOperations batches,
            Offers offers,
            SenderStatus senders,
            DiskSpace space,
            Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.offers = offers;
        this.senders = senders;
        this.space = space;
        this.clock = clock;
    }

    /** Stores what is new, as long as there is room and its sender holds. Answers in the order of the offers. */
    List<Outcome> store(List<TextOffer> texts) {
        Map<Object, Offers.Offer> inThisBatch = new HashMap<>();
        Map<Sender, Boolean> revoked = new HashMap<>();
        List<TextOffer> fresh = new ArrayList<>(texts.size());
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        long bytes = 0;
        for (TextOffer text : texts) {
            if (revoked.computeIfAbsent(text.sender(), senders::isRevoked)) {
                outcomes.add(Outcome.REVOKED);
                continue;
            }
            Offers.Offer offer = new Offers.Offer(text.device(), text.counter(), text.textId(), text.fingerprint());
            Offers.Standing standing = standing(offer, inThisBatch);
            if (standing == Offers.Standing.NEW) {
                if (!hasRoomFor(bytes + text.utf8().size())) {
                    outcomes.add(Outcome.STORAGE_FULL);
                    continue;
                }
                bytes += text.utf8().size();
                inThisBatch.put(counterOf(offer), offer);
                inThisBatch.put(idOf(offer), offer);
                fresh.add(text);
            }
            outcomes.add(standing == Offers.Standing.CONFLICT ? Outcome.CONFLICT : Outcome.DURABLE);
        }
        insert(fresh);
        return outcomes;
    }

    /** Whether the sender of everything that was stored holds still. */
    boolean holds(List<TextOffer> texts, List<Outcome> outcomes) {
        Map<Sender, Boolean> revoked = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            if (outcomes.get(i) == Outcome.DURABLE
                    && revoked.computeIfAbsent(texts.get(i).sender(), senders::isRevoked)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoomFor(long bytes) {
        try {
            return space.hasRoomFor(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Offers.Standing standing(Offers.Offer offer, Map<Object, Offers.Offer> inThisBatch) {
        Offers.Offer sameCounter = inThisBatch.get(counterOf(offer));
        Offers.Offer sameId = inThisBatch.get(idOf(offer));
        if (sameCounter == null && sameId == null) {
            return offers.standing(offer);
        }
        return offer.equals(sameCounter) && offer.equals(sameId) ? Offers.Standing.REPEAT : Offers.Standing.CONFLICT;
    }

    private static Object counterOf(Offers.Offer offer) {
        return List.of(offer.device(), offer.counter());
    }

    private static Object idOf(Offers.Offer offer) {
        return List.of(offer.device(), offer.id());
    }

    private void insert(List<TextOffer> texts) {
        if (texts.isEmpty()) {
            return;
        }
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        batches.batchUpdate(
                "INSERT INTO offer (device, counter, offer_id, fingerprint) VALUES (?, ?, ?, ?)",
                texts.stream()
                        .map(text -> new Object[] {text.device(), text.counter(), text.textId(), text.fingerprint()})
                        .toList());
        batches.batchUpdate(
                "INSERT INTO text_message (device, counter, text_id, utf8, captured_at, received_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                texts.stream()
                        .map(text -> new Object[] {
                            text.device(),
                            text.counter(),
                            text.textId(),
                            text.utf8().toArray(),
                            text.capturedAt().atOffset(ZoneOffset.UTC),
                            now
                        })
                        .toList());
    }

    /** A stored text. */
    Optional<StoredText> find(String device, long counter) {
        return jdbc.sql("""
            SELECT counter, text_id, utf8, captured_at, transfer_id
              FROM text_message
             WHERE device = :device AND counter = :counter
            """)
                .param("device", device)
                .param("counter", counter)
                .query((row, _) -> new StoredText(
                        row.getLong("counter"),
                        row.getString("text_id"),
                        Bytes.of(row.getBytes("utf8")),
                        row.getObject("captured_at", OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(row.getString("transfer_id"))))
                .optional();
    }

    /**
     * Puts texts into a group.
     *
     * @return false when one of them is in a group already
     */
    boolean assign(String device, List<Long> counters, String transferId) {
        int[][] changed = batches.batchUpdate(
                "UPDATE text_message SET transfer_id = ? WHERE device = ? AND counter = ? AND transfer_id IS NULL",
                counters,
                counters.size(),
                (row, counter) -> {
                    row.setString(1, transferId);
                    row.setString(2, device);
                    row.setLong(3, counter);
                });
        for (int[] batch : changed) {
            for (int count : batch) {
                if (count != 1) {
                    return false;
                }
            }
        }
        return true;
    }

    enum Outcome {
        /** It is held durably, now or since an earlier offer. */
        DURABLE,
        /** Its counter or its id stands for something else. */
        CONFLICT,
        /** It is not held: the disk is down to the reserve. */
        STORAGE_FULL,
        /** It is not looked at: its sender's certificate was revoked first. */
        REVOKED
    }

    /** A text that is held, and the group it was sealed in. */
    record StoredText(long counter, String textId, Bytes utf8, Instant capturedAt, Optional<String> transferId) {}
}
