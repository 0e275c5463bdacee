package dev.waxwing.server.ingest;

import dev.waxwing.server.ingest.TextBlocks.Top;
import dev.waxwing.server.media.DiskSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Texts, and which of them are in which group. Writes are called by the writer inside its transactions. */
@Component
final class TextStore {

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final TextBlocks blocks;
    private final RecentBlocks recent = new RecentBlocks();
    private final Offers offers;
    private final SenderStatus senders;
    private final DiskSpace space;
    private final Clock clock;

    TextStore(
            JdbcClient jdbc,
            JdbcOperations batches,
            TextBlocks blocks,
            Offers offers,
            SenderStatus senders,
            DiskSpace space,
            Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.blocks = blocks;
        this.offers = offers;
        this.senders = senders;
        this.space = space;
        this.clock = clock;
    }

    /**
     * Stores what is new, as long as there is room. Once that is durable, {@link #keep} is to follow.
     *
     * @param revoked whose texts are not looked at
     */
    Stored store(List<TextOffer> texts, Set<Sender> revoked) {
        KnownOffers known = KnownOffers.of(texts, offers);
        Map<String, List<TextOffer>> fresh = new HashMap<>();
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        // The disk is asked once, but when it is nearly full.
        boolean roomForAll =
                hasRoomFor(texts.stream().mapToLong(text -> text.utf8().size()).sum());
        long bytes = 0;
        for (TextOffer text : texts) {
            if (revoked.contains(text.sender())) {
                outcomes.add(Outcome.REVOKED);
                continue;
            }
            Offers.Standing standing = known.standing(text);
            if (standing == Offers.Standing.NEW) {
                if (!roomForAll && !hasRoomFor(bytes + text.utf8().size())) {
                    outcomes.add(Outcome.STORAGE_FULL);
                    continue;
                }
                bytes += text.utf8().size();
                known.add(text);
                fresh.computeIfAbsent(text.device(), _ -> new ArrayList<>()).add(text);
            }
            outcomes.add(standing == Offers.Standing.CONFLICT ? Outcome.CONFLICT : Outcome.DURABLE);
        }
        Map<String, List<TextBlock>> made = new HashMap<>();
        fresh.forEach((device, added) -> made.put(device, insert(device, known.top(device), added)));
        return new Stored(outcomes, made);
    }

    /** Who of the senders was revoked by now. */
    Set<Sender> revoked(List<TextOffer> texts) {
        return texts.stream()
                .map(TextOffer::sender)
                .distinct()
                .filter(senders::isRevoked)
                .collect(Collectors.toUnmodifiableSet());
    }

    private boolean hasRoomFor(long bytes) {
        try {
            return space.hasRoomFor(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An id that is not in the range of its block gets a row of its own, by which it is found. */
    private List<TextBlock> insert(String device, Top top, List<TextOffer> texts) {
        List<TextOffer> ascending = texts.stream()
                .sorted(Comparator.comparingLong(TextOffer::counter))
                .toList();
        List<TextBlock> packed = TextBlock.pack(ascending, top.id());
        List<Offers.Offer> outside = new ArrayList<>();
        int from = 0;
        for (TextBlock block : packed) {
            int to = from + (int) block.counters().size();
            ascending.subList(from, to).stream()
                    .filter(text -> !block.ids().has(text.id()))
                    .map(TextOffer::offer)
                    .forEach(outside::add);
            from = to;
        }
        offers.add(outside);
        blocks.add(device, top, packed, clock.instant().atOffset(ZoneOffset.UTC));
        return packed;
    }

    /** Blocks that {@link #store} has made are durable now. */
    void keep(Stored stored) {
        stored.blocks().forEach(recent::add);
    }

    /** The block with a text, if that is held. */
    Optional<TextBlock> find(String device, long counter) {
        return recent.with(device, counter).or(() -> blocks.with(device, counter));
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

    /**
     * What came of texts.
     *
     * @param outcomes in the order of the offers
     * @param blocks that were made of them, by device
     */
    record Stored(List<Outcome> outcomes, Map<String, List<TextBlock>> blocks) {}

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
}
