package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.server.audit.Origin;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks on virtual threads: those of one id in order, those of different ids side by side. A caller waits while too many
 * are under way. Any thread may call, but a task must not wait for its own lane.
 */
final class TaskLanes {

    private final ConcurrentMap<ItemId, CompletableFuture<Void>> lanes = new ConcurrentHashMap<>();
    private final Semaphore room;
    private final int capacity;

    TaskLanes(int capacity) {
        this.capacity = capacity;
        this.room = new Semaphore(capacity);
    }

    void run(ItemId id, Runnable task) {
        room.acquireUninterruptibly();
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = lanes.put(id, done);
        Runnable carried = Origin.carried(task);
        Runnable whole = () -> {
            try {
                carried.run();
            } finally {
                lanes.remove(id, done);
                room.release();
                done.complete(null);
            }
        };
        if (before == null) {
            Thread.startVirtualThread(whole);
        } else {
            before.thenRun(() -> Thread.startVirtualThread(whole));
        }
    }

    /** Waits until no task is under way, but no longer than {@code patience}. */
    void awaitIdle(Duration patience) throws InterruptedException {
        if (room.tryAcquire(capacity, patience.toNanos(), TimeUnit.NANOSECONDS)) {
            room.release(capacity);
        }
    }
}
