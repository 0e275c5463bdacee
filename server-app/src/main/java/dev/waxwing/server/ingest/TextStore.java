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
        List<Offers.Offer> batch = texts.stream().map(TextOffer::offer).toList();
        KnownOffers known = KnownOffers.of(batch, offers);
        Map<Sender, Boolean> revoked = new HashMap<>();
        List<TextOffer> fresh = new ArrayList<>(texts.size());
        List<Offers.Offer> freshOffers = new ArrayList<>(texts.size());
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        long bytes = 0;
        for (int i = 0; i < texts.size(); i++) {
            TextOffer text = texts.get(i);
            if (revoked.computeIfAbsent(text.sender(), senders::isRevoked)) {
                outcomes.add(Outcome.REVOKED);
                continue;
            }
            Offers.Standing standing = known.standing(batch.get(i));
            if (standing == Offers.Standing.NEW) {
                if (!hasRoomFor(bytes + text.utf8().size())) {
                    outcomes.add(Outcome.STORAGE_FULL);
                    continue;
                }
                bytes += text.utf8().size();
                known.add(batch.get(i));
                fresh.add(text);
                freshOffers.add(batch.get(i));
            }
            outcomes.add(standing == Offers.Standing.CONFLICT ? Outcome.CONFLICT : Outcome.DURABLE);
        }
        offers.add(freshOffers);
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

    private void insert(List<TextOffer> texts) {
        if (texts.isEmpty()) {
            return;
        }
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
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

    /** Which of these texts are held, in the order of their counters. */
    List<StoredText> find(String device, CounterRun run) {
        return jdbc.sql("""
            SELECT counter, text_id, utf8, captured_at
              FROM text_message
             WHERE device = :device AND counter BETWEEN :first AND :last
             ORDER BY device, counter
            """)
                .param("device", device)
                .param("first", run.first())
                .param("last", run.last())
                .query((row, _) -> new StoredText(
                        row.getLong("counter"),
                        row.getString("text_id"),
                        Bytes.of(row.getBytes("utf8")),
                        row.getObject("captured_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /**
     * Puts texts into a group.
     *
     * @param counters of texts that are held; ascending, none twice
     * @return false when one of them is in a group already
     */
    boolean assign(String device, List<Long> counters, String transferId) {
        List<CounterRun> runs = CounterRun.of(counters, counters.size());
        if (runs.stream().anyMatch(run -> isAnyInGroup(device, run))) {
            return false;
        }
        batches.batchUpdate(
                "INSERT INTO text_run (device, first_counter, last_counter, transfer_id) VALUES (?, ?, ?, ?)",
                runs.stream()
                        .map(run -> new Object[] {device, run.first(), run.last(), transferId})
                        .toList());
        return true;
    }

    /** Whether one of these texts is in a group. Runs do not overlap, so only the last that begins in time can reach into this one. */
    boolean isAnyInGroup(String device, CounterRun run) {
        return jdbc.sql("""
            SELECT last_counter FROM text_run
             WHERE device = :device AND first_counter <= :last
             ORDER BY device DESC, first_counter DESC
             FETCH FIRST ROW ONLY
            """)
                .param("device", device)
                .param("last", run.last())
                .query(Long.class)
                .optional()
                .filter(last -> last >= run.first())
                .isPresent();
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

    /** A text that is held. */
    record StoredText(long counter, String textId, Bytes utf8, Instant capturedAt) {}
}
