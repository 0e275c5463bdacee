package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.SignedManifest;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.spool.TextGroup;
import dev.waxwing.agent.upload.Outcomes.Offered;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.Refused;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Texts: sent in the order of their counters without waiting, then sealed in groups (protocol section 13.2). */
final class TextLane implements Lane {

    private static final int MOST_UNDERWAY = 2_000;
    private static final Duration SEAL_AFTER = Duration.ofSeconds(1);
    /** Counter, id, time and length of a text. */
    private static final int FIXED_FIELDS = 8 + 16 + 8 + 3;

    private final Lock lock;
    private final Sender sender;
    private final Spool spool;
    private final Evidence evidence;
    private final Outcomes outcomes;

    private final TreeMap<Long, QueuedText> unsent = new TreeMap<>();
    private final TreeMap<Long, QueuedText> underway = new TreeMap<>();
    private final TreeMap<Long, QueuedText> acknowledged = new TreeMap<>();
    /** Groups that wait for the answers to texts of theirs, by the counters of these. */
    private final Map<Long, TextGroup> returning = new HashMap<>();

    /** How many such texts each of these groups waits for. */
    private final Map<ItemId, Integer> missing = new HashMap<>();

    private final Map<ItemId, TextGroup> unsealed = new LinkedHashMap<>();
    private final Map<ItemId, TextGroup> sealed = new LinkedHashMap<>();
    private long sealAt = System.nanoTime();
    private long pausedUntil = System.nanoTime();

    TextLane(Lock lock, Sender sender, Spool spool, Evidence evidence, Outcomes outcomes) {
        this.lock = lock;
        this.sender = sender;
        this.spool = spool;
        this.evidence = evidence;
        this.outcomes = outcomes;
    }

    /** Takes in what waits and is not known here yet. */
    void load(SpoolView queue) {
        for (QueuedText text : queue.texts()) {
            if (text.acknowledged()) {
                acknowledge(text);
            } else if (!underway.containsKey(text.counter())) {
                unsent.put(text.counter(), text);
            }
        }
        queue.groups().forEach(this::load);
    }

    /** A group whose texts the server may have lost is sealed once they were all offered again. */
    private void load(TextGroup group) {
        if (sealed.containsKey(group.id()) || unsealed.containsKey(group.id()) || missing.containsKey(group.id())) {
            return;
        }
        List<QueuedText> texts = group.unacknowledged();
        if (texts.isEmpty()) {
            unsealed.put(group.id(), group);
            return;
        }
        missing.put(group.id(), texts.size());
        for (QueuedText text : texts) {
            returning.put(text.counter(), group);
            unsent.put(text.counter(), text);
        }
    }

    @Override
    public @Nullable Action next(long now) {
        boolean maySend = now - pausedUntil >= 0;
        if (maySend && !unsealed.isEmpty()) {
            TextGroup group = unsealed.values().iterator().next();
            return () -> send(group);
        }
        if (maySend && !unsent.isEmpty() && underway.size() < MOST_UNDERWAY) {
            // As many as one record could take if each had one character: a queue may be long.
            List<QueuedText> texts =
                    unsent.values().stream().limit(MOST_UNDERWAY).toList();
            return () -> send(texts);
        }
        if (mustSeal(now)) {
            List<QueuedText> texts =
                    acknowledged.values().stream().limit(TextSeal.MAX_GROUP).toList();
            return () -> seal(texts);
        }
        return null;
    }

    private boolean mustSeal(long now) {
        if (acknowledged.isEmpty()) {
            return false;
        }
        boolean nothingMoreComes = unsent.isEmpty() && underway.isEmpty();
        return nothingMoreComes || acknowledged.size() >= TextSeal.MAX_GROUP || now - sealAt >= 0;
    }

    @Override
    public long wakeUp(long now) {
        boolean paused = now - pausedUntil < 0;
        if (paused && (!unsent.isEmpty() || !unsealed.isEmpty())) {
            return acknowledged.isEmpty() ? pausedUntil : Math.min(pausedUntil, sealAt);
        }
        return acknowledged.isEmpty() ? Long.MAX_VALUE : sealAt;
    }

    @Override
    public boolean isServerWorking() {
        return !underway.isEmpty() || !sealed.isEmpty();
    }

    @Override
    public boolean isDone() {
        return unsent.isEmpty()
                && underway.isEmpty()
                && acknowledged.isEmpty()
                && unsealed.isEmpty()
                && sealed.isEmpty();
    }

    // On the command's thread.

    /** Fills one record with as many texts as it takes. */
    private void send(List<QueuedText> texts) throws IOException {
        sender.send((ByteBuffer record) -> {
            List<QueuedText> taken = new ArrayList<>();
            Writer out = Writer.into(record);
            for (QueuedText text : texts) {
                Text message = Evidence.message(text);
                if (taken.size() == MOST_UNDERWAY || record.remaining() < sizeOf(message)) {
                    break;
                }
                message.encode(out);
                taken.add(text);
            }
            lock.lock();
            try {
                taken.forEach(text -> {
                    unsent.remove(text.counter());
                    underway.put(text.counter(), text);
                });
            } finally {
                lock.unlock();
            }
        });
    }

    private static int sizeOf(Text text) {
        return ApplicationMessage.HEAD_BYTES + FIXED_FIELDS + text.utf8().size();
    }

    private static int utf8Length(QueuedText text) {
        return text.text().getBytes(StandardCharsets.UTF_8).length;
    }

    private void seal(List<QueuedText> texts) throws IOException {
        TextGroup group = spool.seal(texts, evidence.signerOf(texts));
        lock.lock();
        try {
            texts.forEach(text -> acknowledged.remove(text.counter()));
            sealAt = System.nanoTime() + SEAL_AFTER.toNanos();
        } finally {
            lock.unlock();
        }
        send(group);
    }

    private void send(TextGroup group) throws IOException {
        lock.lock();
        try {
            unsealed.remove(group.id());
            sealed.put(group.id(), group);
        } finally {
            lock.unlock();
        }
        SignedManifest manifest = evidence.bySession(group.manifest());
        sender.send(new TextSeal(group.id(), group.counters(), manifest.manifest(), manifest.signature()));
    }

    // On the receiving thread.

    /** The server holds these texts durably. */
    void acknowledge(List<Long> counters) throws IOException, ProtocolException {
        List<QueuedText> texts = new ArrayList<>();
        for (Long counter : counters) {
            QueuedText text = underway.remove(counter);
            if (text == null) {
                throw ProtocolException.malformed("text %d was acknowledged but is not underway".formatted(counter));
            }
            texts.add(text);
        }
        spool.acknowledged(counters);
        for (QueuedText text : texts) {
            if (!returned(text)) {
                acknowledge(text);
            }
        }
    }

    /** Whether it belongs to a group that was sealed before; with its last text that is sent. */
    private boolean returned(QueuedText text) {
        TextGroup group = returning.remove(text.counter());
        if (group == null) {
            return false;
        }
        if (missing.computeIfPresent(group.id(), (_, count) -> count > 1 ? count - 1 : null) == null) {
            unsealed.put(group.id(), group);
        }
        return true;
    }

    private void acknowledge(QueuedText text) {
        if (acknowledged.isEmpty()) {
            sealAt = System.nanoTime() + SEAL_AFTER.toNanos();
        }
        acknowledged.put(text.counter(), text);
    }

    /** The server did not take a text. */
    void refused(TextRefused refused) throws IOException, ProtocolException {
        Refusal refusal = Refusal.of(refused.reason(), refused.incident(), refused.retryAfter());
        QueuedText text = underway.remove(refused.counter());
        if (text == null) {
            throw ProtocolException.malformed("text %d was refused but is not underway".formatted(refused.counter()));
        }
        if (refused.reason().isFinal() && returned(text)) {
            return; // What becomes of its group, the answer to the seal says.
        }
        if (refused.reason().isFinal()) {
            Offered offered =
                    new Offered(text.id(), Settled.Kind.TEXT, text.counter(), "text", utf8Length(text), List.of());
            outcomes.refuse(offered, refusal.words(), refusal.reference());
        } else {
            unsent.put(text.counter(), text);
            pausedUntil = outcomes.postpone(refusal);
        }
    }

    @Override
    public Optional<Sealed> sealed(ItemId id) {
        return Optional.ofNullable(sealed.get(id))
                .map(group -> new Sealed(group.manifest(), Evidence.contentOf(group.texts()), group.counters()));
    }

    @Override
    public void accepted(ItemId id) {
        sealed.remove(id);
    }

    @Override
    public boolean refused(Refused refused) throws IOException {
        TextGroup group = sealed.remove(refused.id());
        if (group == null) {
            return false;
        }
        Refusal refusal = Refusal.of(refused.reason(), refused.incident(), refused.retryAfter());
        if (refused.reason().isFinal()) {
            Offered offered = new Offered(
                    group.id(),
                    Settled.Kind.TEXT,
                    group.counter(),
                    TextLines.NAME,
                    Evidence.read(group.manifest()).size(),
                    group.counters());
            outcomes.refuse(offered, refusal.words(), refusal.reference());
        } else {
            unsealed.put(group.id(), group);
            pausedUntil = outcomes.postpone(refusal);
        }
        return true;
    }
}
