package dev.waxwing.server.ingest;

import dev.waxwing.server.audit.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The one writer of everything that is acknowledged to devices. Its thread takes whatever is queued, commits it as one
 * transaction, makes it durable, and only then completes what callers wait for. Any thread may submit; completions run on the
 * writer's thread and must not block.
 *
 * <p>The thread is never interrupted: H2 would close its file. Nothing that work throws ends it, not even an error: all that is
 * acknowledged, in any session, waits for it.
 */
@Component
public final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    /** What was handed over at once counts as one: so much in one transaction, beyond which no more is taken from the queue. */
    private static final int MAX_UNITS = 1_000;

    /** Texts in one transaction, likewise. */
    private static final int MAX_TEXTS = 4_000;

    /** Bytes of texts in one transaction, beyond which no more is taken from the queue. */
    private static final int MAX_GROUP_BYTES = 4 << 20;

    private final BlockingQueue<Unit> queue = new LinkedBlockingQueue<>();
    private final TransactionTemplate transaction;
    private final TextStore texts;
    private final Durability durability;
    private final Thread writer;

    GroupCommit(PlatformTransactionManager transactions, TextStore texts, Durability durability) {
        this.transaction = new TransactionTemplate(transactions);
        this.texts = texts;
        this.durability = durability;
        this.writer = Thread.ofPlatform().name("waxwing-commit").start(this::run);
    }

    /**
     * Runs work in the next transaction.
     *
     * @return what the work returned, once that is durable; or the exception it threw, in which case nothing of it was kept
     */
    <T> CompletableFuture<T> submit(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        queue.add(new Work<>(Origin.carried(work), done));
        return done;
    }

    /**
     * Stores texts in the next transaction. What comes together is waited for together.
     *
     * @return what came of each, in their order
     */
    CompletableFuture<List<TextStore.Outcome>> submit(List<TextOffer> texts) {
        CompletableFuture<List<TextStore.Outcome>> done = new CompletableFuture<>();
        queue.add(new Texts(List.copyOf(texts), done));
        return done;
    }

    /** Commits what is queued, then ends the thread. */
    @Override
    public void close() {
        queue.add(new Stop());
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean running = true;
        while (running) {
            List<Unit> group = next();
            running = group.stream().noneMatch(Stop.class::isInstance);
            commit(group);
        }
        queue.forEach(unit -> unit.fail(new IllegalStateException("the server stops")));
    }

    private List<Unit> next() {
        List<Unit> group = new ArrayList<>();
        int texts = 0;
        int bytes = 0;
        for (@Nullable Unit unit = first();
                unit != null;
                unit = isFull(group.size(), texts, bytes) ? null : queue.poll()) {
            group.add(unit);
            texts += unit.texts();
            bytes += unit.bytes();
        }
        return group;
    }

    private static boolean isFull(int units, int texts, int bytes) {
        return units >= MAX_UNITS || texts >= MAX_TEXTS || bytes >= MAX_GROUP_BYTES;
    }

    private Unit first() {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the writer is never interrupted", e);
        }
    }

    private void commit(List<Unit> group) {
        List<Runnable> completions = new ArrayList<>(group.size());
        try {
            transaction.executeWithoutResult(status -> {
                completions.clear();
                write(group, status, completions);
            });
            durability.sync();
        } catch (RuntimeException | Error e) {
            LOG.error("A group of {} could not be committed", group.size(), e);
            group.forEach(unit -> unit.fail(e));
            return;
        }
        completions.forEach(GroupCommit::complete);
    }

    private void write(List<Unit> group, TransactionStatus status, List<Runnable> completions) {
        List<Texts> run = new ArrayList<>();
        for (Unit unit : group) {
            if (unit instanceof Texts texts) {
                run.add(texts);
                continue;
            }
            writeTexts(run, status, completions);
            run.clear();
            if (unit instanceof Work<?> work) {
                guarded(status, completions, List.of(work), () -> work.write(completions));
            }
        }
        writeTexts(run, status, completions);
    }

    private void writeTexts(List<Texts> run, TransactionStatus status, List<Runnable> completions) {
        if (run.isEmpty()) {
            return;
        }
        List<Texts> batch = List.copyOf(run);
        guarded(status, completions, batch, () -> {
            List<TextOffer> offers = new ArrayList<>();
            batch.forEach(texts -> offers.addAll(texts.offers()));
            TextStore.Stored stored = store(status, offers);
            completions.add(() -> this.texts.keep(stored));
            int from = 0;
            for (Texts texts : batch) {
                List<TextStore.Outcome> own = stored.outcomes().subList(from, from + texts.texts());
                completions.add(() -> texts.done().complete(own));
                from += texts.texts();
            }
        });
    }

    /** Asked when all is written: writing may have waited for the database, and a revocation counts until the last moment. */
    private TextStore.Stored store(TransactionStatus status, List<TextOffer> offers) {
        Object savepoint = status.createSavepoint();
        Set<Sender> revoked = Set.of();
        TextStore.Stored stored = texts.store(offers, revoked);
        for (Set<Sender> now = texts.revoked(offers); !now.equals(revoked); now = texts.revoked(offers)) {
            revoked = now;
            status.rollbackToSavepoint(savepoint);
            stored = texts.store(offers, revoked);
        }
        status.releaseSavepoint(savepoint);
        return stored;
    }

    /** What fails takes nothing else of the group with it. */
    private static void guarded(
            TransactionStatus status, List<Runnable> completions, List<? extends Unit> units, Runnable write) {
        Object savepoint = status.createSavepoint();
        try {
            write.run();
            status.releaseSavepoint(savepoint);
        } catch (RuntimeException | Error e) {
            status.rollbackToSavepoint(savepoint);
            units.forEach(unit -> completions.add(() -> unit.fail(e)));
        }
    }

    private static void complete(Runnable completion) {
        try {
            completion.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A completion failed", e);
        }
    }

    private sealed interface Unit {
        void fail(Throwable e);

        default int texts() {
            return 0;
        }

        /** Of texts. */
        default int bytes() {
            return 0;
        }
    }

    private record Work<T>(Supplier<T> work, CompletableFuture<T> done) implements Unit {
        void write(List<Runnable> completions) {
            T result = work.get();
            completions.add(() -> done.complete(result));
        }

        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    private record Texts(List<TextOffer> offers, CompletableFuture<List<TextStore.Outcome>> done) implements Unit {
        @Override
        public int texts() {
            return offers.size();
        }

        @Override
        public int bytes() {
            return offers.stream().mapToInt(offer -> offer.utf8().size()).sum();
        }

        @Override
        public void fail(Throwable e) {
            done.completeExceptionally(e);
        }
    }

    private record Stop() implements Unit {
        @Override
        public void fail(Throwable e) {
            // Nobody waits for it.
        }
    }
}
