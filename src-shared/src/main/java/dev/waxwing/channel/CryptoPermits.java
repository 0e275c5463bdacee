package dev.waxwing.channel;

import dev.waxwing.wire.AlertCode;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The right to do the dear computations of a handshake, of which there are only so many at a time (protocol section 12), so
 * that a flood of handshakes leaves processors to the sessions there are. First come, first served; a session that stands
 * needs none. Safe for many threads.
 */
public final class CryptoPermits {

    /** What a peer is advised that had to be sent away. */
    static final Duration COME_LATER = Duration.ofSeconds(10);

    private final int size;
    private final Semaphore free;
    private final LongAdder denied = new LongAdder();

    /**
     * @param size how many may compute at once, 1 or more; about the number of processors
     */
    public CryptoPermits(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a handshake needs a permit, so there must be one: " + size);
        }
        this.size = size;
        this.free = new Semaphore(size, true);
    }

    /** As many as there are processors. */
    public static CryptoPermits forThisMachine() {
        return new CryptoPermits(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Waits for a permit, in order of arrival.
     *
     * @param patience how long to wait; not at all if it is zero or negative
     * @throws RefusedException {@code busy}, with advice on when to come back, if there was none in time
     */
    public Permit acquire(Duration patience) throws RefusedException {
        try {
            if (free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return new Permit(free);
            }
            throw busy("no crypto permit within " + patience.toMillis() + " ms", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("interrupted while waiting for a crypto permit", e);
        }
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** How many are in use now. */
    public int inUse() {
        return size - free.availablePermits();
    }

    /** How many peers wait for one now. */
    public int waiting() {
        return free.getQueueLength();
    }

    /** How often there was none in time. */
    public long denied() {
        return denied.sum();
    }

    private RefusedException busy(String reason, @Nullable Throwable cause) {
        denied.increment();
        return new RefusedException(AlertCode.BUSY, reason, COME_LATER, cause);
    }

    /** One permit; whoever has it gives it back by closing it, once. */
    public static final class Permit implements AutoCloseable {

        private final Semaphore free;

        private Permit(Semaphore free) {
            this.free = free;
        }

        @Override
        public void close() {
            free.release();
        }
    }
}
