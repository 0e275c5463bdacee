package dev.waxwing.agent.upload;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How long to go on while nothing moves. Safe for threads. */
final class Patience {

    private final Duration limit;
    private final AtomicLong moves = new AtomicLong();
    private volatile long lastMove = System.nanoTime();

    Patience(Duration limit) {
        this.limit = limit;
    }

    /** Something moved: a byte, an acknowledgement, a receipt. */
    void moved() {
        lastMove = System.nanoTime();
        moves.incrementAndGet();
    }

    /** How often something moved. */
    long moves() {
        return moves.get();
    }

    /** What is left, never negative. */
    Duration left() {
        Duration left = limit.minusNanos(System.nanoTime() - lastMove);
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean isExhausted() {
        return left().isZero();
    }

    Duration limit() {
        return limit;
    }
}
