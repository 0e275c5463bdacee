package dev.waxwing.agent.spool;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the events add up to. Not safe for threads. */
final class SpoolState {

    private final TreeMap<Long, QueuedText> texts = new TreeMap<>();
    private final Map<ItemId, TextGroup> groups = new LinkedHashMap<>();
    private final Map<ItemId, QueuedFile> files = new LinkedHashMap<>();
    private final Map<ItemId, QueuedFile> acceptedFiles = new HashMap<>();
    private final Map<ItemId, Settled> settled = new LinkedHashMap<>();
    private final Map<ItemId, Long> newCounters = new HashMap<>();
    private long lastCounter;
    private long offered;
    private long held;
    private Instant restoredAt = Instant.EPOCH;
    private Bytes manifestSha256 = Manifest.NONE_BEFORE;

    void apply(Event event) {
        switch (event) {
            case Event.TextQueued(QueuedText text) -> {
                used(text.counter());
                texts.put(text.counter(), text);
            }
            case Event.FileQueued(QueuedFile file) -> {
                used(file.counter());
                files.put(file.id(), file);
            }
            case Event.TextsAcknowledged(List<Long> counters) -> {
                counters.forEach(this::holds);
                counters.forEach(counter -> texts.computeIfPresent(counter, (_, text) -> text.acknowledge()));
            }
            case Event.GroupSealed group -> {
                used(group.counter());
                signed(group.manifest());
                groups.put(
                        group.id(), new TextGroup(group.id(), group.counter(), take(group.texts()), group.manifest()));
            }
            case Event.FileSealed(ItemId id, SignedManifest manifest) -> {
                signed(manifest);
                files.computeIfPresent(id, (_, file) -> file.sealed(manifest));
            }
            case Event.Concluded(Settled outcome) -> {
                used(outcome.counter());
                QueuedFile file = files.remove(outcome.id());
                // Ids are unique, so only what is neither can be a text, which is sought among all.
                if (groups.remove(outcome.id()) == null && file == null) {
                    texts.values().removeIf(text -> text.id().equals(outcome.id()));
                }
                if (outcome.isAccepted()) {
                    holds(outcome.counter());
                    if (file != null) {
                        acceptedFiles.put(file.id(), file);
                    }
                }
                settled.put(outcome.id(), outcome);
            }
            case Event.Offered(long counter) -> offered = Math.max(offered, counter);
            case Event.WentBack(long counter, Instant at) -> {
                held = counter;
                restoredAt = at.isAfter(restoredAt) ? at : restoredAt;
                texts.replaceAll((_, text) -> text.offeredAgain());
                groups.replaceAll((_, group) -> group.offeredAgain());
            }
            case Event.Renumbered(long beyond) -> renumber(beyond);
            case Event.Marks(long counter, Bytes sha256) -> {
                used(counter);
                manifestSha256 = sha256;
            }
        }
    }

    private void renumber(long beyond) {
        Map<Long, Long> renumbered = new HashMap<>();
        long counter = beyond;
        for (Long old : unoffered()) {
            renumbered.put(old, ++counter);
        }
        used(counter);
        List<QueuedText> waiting = List.copyOf(texts.tailMap(offered, false).values());
        texts.tailMap(offered, false).clear();
        for (QueuedText text : waiting) {
            QueuedText moved = text.renumbered(renumbered.getOrDefault(text.counter(), text.counter()));
            texts.put(moved.counter(), moved);
            newCounters.put(moved.id(), moved.counter());
        }
        files.replaceAll((_, file) -> file.renumbered(renumbered.getOrDefault(file.counter(), file.counter())));
    }

    /** The counters of what was never offered, ascending. */
    private SortedSet<Long> unoffered() {
        SortedSet<Long> counters = new TreeSet<>(texts.tailMap(offered, false).keySet());
        files.values().stream()
                .map(QueuedFile::counter)
                .filter(counter -> counter > offered)
                .forEach(counters::add);
        return counters;
    }

    private void used(long counter) {
        lastCounter = Math.max(lastCounter, counter);
    }

    private void holds(long counter) {
        held = Math.max(held, counter);
    }

    private void signed(SignedManifest manifest) {
        manifestSha256 = manifest.sha256();
    }

    private List<QueuedText> take(List<Long> counters) {
        List<QueuedText> taken = new ArrayList<>();
        for (Long counter : counters) {
            QueuedText text = texts.remove(counter);
            if (text != null) {
                taken.add(text);
            }
        }
        return taken;
    }

    List<QueuedText> texts() {
        return List.copyOf(texts.values());
    }

    List<TextGroup> groups() {
        return List.copyOf(groups.values());
    }

    List<QueuedFile> files() {
        return List.copyOf(files.values());
    }

    List<Settled> settled() {
        return List.copyOf(settled.values());
    }

    int settledCount() {
        return settled.size();
    }

    long lastCounter() {
        return lastCounter;
    }

    /** The lowest counter of something that was never offered; {@link Long#MAX_VALUE} if there is none. */
    long firstUnoffered() {
        SortedSet<Long> counters = unoffered();
        return counters.isEmpty() ? Long.MAX_VALUE : counters.first();
    }

    /** What this text is numbered now, or was when it left the queue. */
    long counterOf(QueuedText text) {
        return newCounters.getOrDefault(text.id(), text.counter());
    }

    Bytes manifestSha256() {
        return manifestSha256;
    }

    /** The highest counter that the server is known to hold something durably under, 0 if none. */
    long held() {
        return held;
    }

    /** When the server last went back in time, as far as it said and it was dealt with. */
    Instant restoredAt() {
        return restoredAt;
    }

    /** Whether this waits, again perhaps. */
    boolean isQueued(ItemId id) {
        return groups.containsKey(id) || files.containsKey(id);
    }

    /** Where the files are that were accepted since the last compaction. */
    Map<ItemId, QueuedFile> acceptedFiles() {
        return acceptedFiles;
    }

    void forgetSettled() {
        settled.clear();
        acceptedFiles.clear();
    }

    /** The fewest events that lead to this state, without what is settled. */
    List<Event> toEvents() {
        List<Event> events = new ArrayList<>();
        events.add(new Event.WentBack(held, restoredAt)); // First, because it takes back what was acknowledged.
        for (TextGroup group : groups.values()) {
            List<Long> counters = new ArrayList<>();
            for (QueuedText text : group.texts()) {
                events.add(new Event.TextQueued(text));
                counters.add(text.counter());
            }
            events.add(new Event.GroupSealed(group.id(), group.counter(), counters, group.manifest()));
        }
        texts.values().forEach(text -> events.add(new Event.TextQueued(text)));
        files.values().forEach(file -> events.add(new Event.FileQueued(file)));
        events.add(new Event.Offered(offered));
        events.add(new Event.Marks(lastCounter, manifestSha256));
        return events;
    }
}
