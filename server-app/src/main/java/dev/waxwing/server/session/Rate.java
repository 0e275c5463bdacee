package dev.waxwing.server.session;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts, and knows the average of the last ten whole seconds. Any thread may call. A count that races with the change of a
 * second may fall into its neighbour; nothing is lost from the total.
 */
final class Rate {

    private static final int WINDOW = 10;
    private static final int SLOTS = WINDOW + 2;

    private final Clock clock;
    private final LongAdder total = new LongAdder();
    private final AtomicLongArray perSecond = new AtomicLongArray(SLOTS);
    private final AtomicLong newest;

    Rate(Clock clock) {
        this.clock = clock;
        this.newest = new AtomicLong(clock.instant().getEpochSecond());
    }

    void add(long amount) {
        total.add(amount);
        perSecond.addAndGet((int) (advance() % SLOTS), amount);
    }

    long total() {
        return total.sum();
    }

    double perSecond() {
        long now = advance();
        long sum = 0;
        for (long second = now - WINDOW; second < now; second++) {
            sum += perSecond.get((int) (second % SLOTS));
        }
        return (double) sum / WINDOW;
    }

    /** Clears the slots of the seconds since the last call. */
    private long advance() {
        long now = clock.instant().getEpochSecond();
        long last = newest.get();
        if (now > last && newest.compareAndSet(last, now)) {
            for (long second = Math.max(last + 1, now - SLOTS + 1); second <= now; second++) {
                perSecond.set((int) (second % SLOTS), 0);
            }
        }
        return Math.max(now, last);
    }
}
