package dev.waxwing.agent.upload;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How long to go on while nothing moves. Owned by the command's thread. */
final class Patience {

    private final Duration limit;
    private long last = System.nanoTime();
    private Moves watched = new Moves();

    Patience(Duration limit) {
        this.limit = limit;
    }

    /** What moves: a byte, an acknowledgement, a receipt. Safe for threads. */
    static final class Moves {

        private final AtomicLong count = new AtomicLong();
        private volatile long last = System.nanoTime();

        void moved() {
            last = System.nanoTime();
            count.incrementAndGet();
        }

        /** How often something moved. */
        long count() {
            return count.get();
        }
    }

    /** Starts to look at what moves in another session. */
    void watch(Moves moves) {
        last = latest();
        watched = moves;
    }

    private long latest() {
        return watched.count() > 0 && watched.last - last > 0 ? watched.last : last;
    }

    /** What is left, never negative. */
    Duration left() {
        Duration left = limit.minusNanos(System.nanoTime() - latest());
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean isExhausted() {
        return left().isZero();
    }

    Duration limit() {
        return limit;
    }
}
