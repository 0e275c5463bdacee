package dev.waxwing.agent.spool;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the events add up to. Not safe for threads. */
final class SpoolState {

    private final TreeMap<Long, QueuedText> texts = new TreeMap<>();
    private final Map<ItemId, TextGroup> groups = new LinkedHashMap<>();
    private final Map<ItemId, QueuedFile> files = new LinkedHashMap<>();
    private final Map<ItemId, Settled> settled = new LinkedHashMap<>();
    private long lastCounter;
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
            case Event.TextsAcknowledged(List<Long> counters) ->
                counters.forEach(counter -> texts.computeIfPresent(counter, (_, text) -> text.acknowledge()));
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
                groups.remove(outcome.id());
                files.remove(outcome.id());
                texts.values().removeIf(text -> text.id().equals(outcome.id()));
                settled.put(outcome.id(), outcome);
            }
            case Event.Marks(long counter, Bytes sha256) -> {
                used(counter);
                manifestSha256 = sha256;
            }
        }
    }

    private void used(long counter) {
        lastCounter = Math.max(lastCounter, counter);
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

    Bytes manifestSha256() {
        return manifestSha256;
    }

    void forgetSettled() {
        settled.clear();
    }

    /** The fewest events that lead to this state, without what is settled. */
    List<Event> toEvents() {
        List<Event> events = new ArrayList<>();
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
        events.add(new Event.Marks(lastCounter, manifestSha256));
        return events;
    }
}
