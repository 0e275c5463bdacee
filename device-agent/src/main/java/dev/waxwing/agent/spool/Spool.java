package dev.waxwing.agent.spool;

import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.handshake.Restored;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.media.ItemId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one device has to send, across crashes: an entry that a method of this class returned is on the disk.
 *
 * <p>Safe for threads. One lock guards the state and is held while the journal is written, so that both have the same
 * order. Only one process may have a spool open; the home's lock sees to that.
 */
public final class Spool implements Closeable {

    private static final String JOURNAL = "journal";
    private static final String HISTORY = "history";
    private static final int SETTLED_IN_JOURNAL = 500;

    /** The server's clock may have been set by so much between what it accepted and its backup. To offer too much does no harm. */
    private static final Duration CLOCK_STEP = Duration.ofMinutes(5);

    private final Path directory;
    private final FreshIds ids;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final SpoolState state = new SpoolState();
    private Journal journal;

    private Spool(Path directory, SecureRandom random, Clock clock) throws IOException {
        this.directory = directory;
        this.ids = new FreshIds(random, clock);
        this.clock = clock;
        PrivateFiles.createDirectories(directory);
        Path file = directory.resolve(JOURNAL);
        boolean isNew = !Files.exists(file);
        PrivateFiles.deleteUnfinished(file);
        Journal.Extent content = Journal.read(file, state::apply);
        if (content.damaged() > 0) {
            keepDamaged(file);
            // What was offered may be among what is lost, and to number it anew would be worse than not to.
            state.apply(new Event.Offered(state.lastCounter()));
        }
        this.journal = Journal.open(file, content.end());
        if (isNew) {
            PrivateFiles.syncDirectory(directory);
        }
        if (content.damaged() > 0 || state.settledCount() > SETTLED_IN_JOURNAL) {
            compact();
        }
    }

    /**
     * Opens a spool, making it if it is missing.
     *
     * @throws IOException if it cannot be read or written
     */
    public static Spool open(Path directory, SecureRandom random, Clock clock) throws IOException {
        return new Spool(directory, random, clock);
    }

    /** What a spool holds, without opening it for change. */
    public static SpoolView view(Path directory) throws IOException {
        SpoolState state = new SpoolState();
        Journal.read(directory.resolve(JOURNAL), state::apply);
        return viewOf(state);
    }

    /** What a spool holds now. */
    public SpoolView view() {
        lock.lock();
        try {
            return viewOf(state);
        } finally {
            lock.unlock();
        }
    }

    private static SpoolView viewOf(SpoolState state) {
        return new SpoolView(state.texts(), state.groups(), state.files(), state.lastCounter());
    }

    /** Everything that got a receipt or a final refusal, oldest first, without opening the spool for change. */
    public static List<Settled> history(Path directory) throws IOException {
        Map<ItemId, Settled> history = new LinkedHashMap<>();
        Consumer<Event> outcomes = event -> {
            if (event instanceof Event.Concluded(Settled settled)) {
                history.put(settled.id(), settled);
            }
        };
        Journal.read(directory.resolve(HISTORY), outcomes);
        Journal.read(directory.resolve(JOURNAL), outcomes);
        return List.copyOf(history.values());
    }

    /** Copies of journals that had damage in the middle, which no crash explains. */
    public static List<Path> damagedJournals(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(JOURNAL + ".damaged-"))
                    .toList();
        }
    }

    /**
     * Queues a text.
     *
     * @param text 1 to 60,000 bytes in UTF-8; the caller has checked that
     */
    public QueuedText addText(String text) throws IOException {
        return addTexts(List.of(text)).getFirst();
    }

    /**
     * Queues texts, one after the other, and waits for the disk once. A crash meanwhile may leave the first of them queued.
     *
     * @param texts each as for {@link #addText}; together no more than fits into memory twice
     */
    public List<QueuedText> addTexts(List<String> texts) throws IOException {
        lock.lock();
        try {
            List<QueuedText> queued = new ArrayList<>(texts.size());
            long counter = state.lastCounter();
            for (String text : texts) {
                queued.add(new QueuedText(++counter, ids.next(), now(), text, false));
            }
            record(queued.stream().<Event>map(Event.TextQueued::new).toList(), true);
            return queued;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Queues files where they are, all or none.
     *
     * @param sources what to send, in order
     */
    public List<QueuedFile> addFiles(List<FileSource> sources) throws IOException {
        lock.lock();
        try {
            List<QueuedFile> queued = new ArrayList<>();
            List<Event> events = new ArrayList<>();
            long counter = state.lastCounter();
            for (FileSource source : sources) {
                QueuedFile file = new QueuedFile(
                        ++counter,
                        ids.next(),
                        source.modifiedAt().truncatedTo(ChronoUnit.MILLIS),
                        source.path(),
                        source.size(),
                        source.modifiedAt(),
                        source.name(),
                        source.mediaType(),
                        null);
                queued.add(file);
                events.add(new Event.FileQueued(file));
            }
            record(events, true);
            return queued;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the server holds these texts. Not durable by itself: a repeat is acknowledged again. */
    public void acknowledged(List<Long> counters) throws IOException {
        lock.lock();
        try {
            record(new Event.TextsAcknowledged(List.copyOf(counters)), false);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts acknowledged texts into a group of their own and keeps its signed manifest.
     *
     * @param texts in the order of their counters
     * @param signer makes the manifest
     */
    public TextGroup seal(List<QueuedText> texts, ManifestSigner signer) throws IOException {
        lock.lock();
        try {
            ItemId id = ids.next();
            long counter = state.lastCounter() + 1;
            SignedManifest manifest = signer.sign(counter, id, now(), state.manifestSha256());
            List<Long> counters = texts.stream().map(QueuedText::counter).toList();
            record(new Event.GroupSealed(id, counter, counters, manifest), true);
            return new TextGroup(id, counter, texts, manifest);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the signed manifest of a file. */
    public QueuedFile seal(QueuedFile file, ManifestSigner signer) throws IOException {
        lock.lock();
        try {
            SignedManifest manifest = signer.sign(file.counter(), file.id(), file.capturedAt(), state.manifestSha256());
            record(new Event.FileSealed(file.id(), manifest), true);
            return file.sealed(manifest);
        } finally {
            lock.unlock();
        }
    }

    /** Notes a receipt or a final refusal; what it is about leaves the queue for the history. */
    public void settle(Settled settled) throws IOException {
        lock.lock();
        try {
            record(new Event.Concluded(settled), true);
            if (state.settledCount() > 2 * SETTLED_IN_JOURNAL) {
                compact();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether something that was never offered, or is queued later, can have a counter up to this one. */
    public boolean mayOffer(long counter) {
        lock.lock();
        try {
            return counter > state.lastCounter() || counter >= state.firstUnoffered();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes sure that no counter up to this one is given out any more. What was never offered, and so may have one, is
     * numbered anew beyond it, in the same order.
     */
    public void skipCounters(long upTo) throws IOException {
        lock.lock();
        try {
            if (mayOffer(upTo)) {
                // One line of the journal, so that a crash leaves all of it or nothing.
                record(new Event.Renumbered(Math.max(upTo, state.lastCounter())), true);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes, before anything is sent, that the server may come to know all that waits. It is never renumbered then. */
    public void offering() throws IOException {
        lock.lock();
        try {
            if (state.firstUnoffered() != Long.MAX_VALUE) {
                record(new Event.Offered(state.lastCounter()), true);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether the server went back in time, by its own word or because it holds less than it acknowledged, and queues again
     * what it may have lost: under the same counters and ids and with the same manifests, so that it has no second effect if it is
     * there after all. Done once for each time.
     *
     * @param receipts where all that was accepted is kept with its manifest
     * @param root of the present server; what another one accepted is none of its business
     */
    public OfferedAgain offerAgain(SessionGrant grant, ReceiptStore receipts, X509Certificate root) throws IOException {
        lock.lock();
        try {
            List<Restored> news = grant.restored().stream()
                    .filter(restored -> restored.at().isAfter(state.restoredAt()))
                    .toList();
            boolean holdsLess = grant.durableCounter() < state.held();
            if (news.isEmpty() && !holdsLess) {
                return OfferedAgain.NOTHING;
            }
            List<Event> events = new ArrayList<>();
            List<String> gone = new ArrayList<>();
            int count = 0;
            for (Accepted accepted : accepted()) {
                Settled settled = accepted.settled();
                boolean isLost = news.stream()
                                .anyMatch(restored ->
                                        restored.mayHaveLost(settled.at().plus(CLOCK_STEP))
                                                || restored.mayHaveLost(settled.at()))
                        || holdsLess && settled.counter() > grant.durableCounter();
                if (isLost && !state.isQueued(settled.id()) && receipts.isOf(root, settled)) {
                    List<Event> again = again(accepted, receipts);
                    events.addAll(again);
                    count += again.isEmpty() ? 0 : 1;
                    if (again.isEmpty()) {
                        gone.add(settled.name());
                    }
                }
            }
            // To queue is not to sign: the last manifest stays the last.
            events.add(new Event.Marks(state.lastCounter(), state.manifestSha256()));
            // Last, so that a crash before leads here again.
            Instant at = news.stream()
                    .map(Restored::at)
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.EPOCH);
            events.add(new Event.WentBack(grant.durableCounter(), at));
            record(events, true);
            Optional<Instant> backTo = news.stream().map(Restored::backTo).min(Comparator.naturalOrder());
            return new OfferedAgain(count, gone, backTo);
        } finally {
            lock.unlock();
        }
    }

    private static List<Event> again(Accepted accepted, ReceiptStore receipts) throws IOException {
        Settled settled = accepted.settled();
        QueuedFile file = accepted.file();
        if (settled.kind() == Settled.Kind.FILE) {
            return file == null || !file.isUnchanged()
                    ? List.of()
                    : List.of(new Event.FileQueued(file.sealed(receipts.manifest(settled))));
        }
        List<Event> events = new ArrayList<>();
        List<Long> counters = new ArrayList<>();
        for (QueuedText text : receipts.texts(settled)) {
            events.add(new Event.TextQueued(text));
            counters.add(text.counter());
        }
        events.add(new Event.GroupSealed(settled.id(), settled.counter(), counters, receipts.manifest(settled)));
        return events;
    }

    /** Something that has a receipt. @param file where it is, null if that is not known, and for texts */
    private record Accepted(Settled settled, @Nullable QueuedFile file) {}

    private List<Accepted> accepted() throws IOException {
        Map<ItemId, QueuedFile> files = new HashMap<>();
        Map<ItemId, Settled> outcomes = new LinkedHashMap<>();
        Consumer<Event> known = event -> {
            switch (event) {
                case Event.FileQueued(QueuedFile file) -> files.put(file.id(), file);
                case Event.Concluded(Settled settled) -> outcomes.put(settled.id(), settled);
                default -> {
                    // Of no interest here.
                }
            }
        };
        Journal.read(directory.resolve(HISTORY), known);
        Journal.read(directory.resolve(JOURNAL), known);
        return outcomes.values().stream()
                .filter(Settled::isAccepted)
                .sorted(Comparator.comparingLong(Settled::counter))
                .map(settled -> new Accepted(settled, files.get(settled.id())))
                .toList();
    }

    /** The counter under which a text was last queued. */
    public long counterOf(QueuedText text) {
        lock.lock();
        try {
            return state.counterOf(text);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves what is settled to the history file and starts the journal anew, a piece of each in memory at a time. Repeats after a crash
     * do no harm.
     */
    private void compact() throws IOException {
        List<Event> settled = new ArrayList<>();
        for (Settled outcome : state.settled()) {
            QueuedFile file = state.acceptedFiles().get(outcome.id());
            if (file != null) {
                settled.add(new Event.FileQueued(file.unsealed())); // Its manifest is kept with its receipt.
            }
            settled.add(new Event.Concluded(outcome));
        }
        Path history = directory.resolve(HISTORY);
        try (Journal past = Journal.open(history, Journal.read(history, _ -> {}).end())) {
            past.append(settled, true);
        }
        Path file = directory.resolve(JOURNAL);
        AtomicLong end = new AtomicLong();
        PrivateFiles.replace(file, channel -> end.set(Journal.write(channel, state.toEvents())));
        journal.close();
        journal = Journal.open(file, end.get());
        state.forgetSettled();
    }

    private void keepDamaged(Path file) throws IOException {
        Path copy = directory.resolve(JOURNAL + ".damaged-" + clock.millis());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void record(Event event, boolean durably) throws IOException {
        record(List.of(event), durably);
    }

    private void record(List<Event> events, boolean durably) throws IOException {
        journal.append(events, durably);
        events.forEach(state::apply);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            journal.close();
        } finally {
            lock.unlock();
        }
    }
}
