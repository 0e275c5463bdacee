package dev.waxwing.ca;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How soon a revocation list follows a revocation: within half a second, or two and a half after the list before, so that many
 * revocations one after another cost few lists. While an order is carried out that revokes very many, a list is made of those so far
 * in proportion to what one costs, or making lists would take longer than revoking. Any thread may ask; one makes lists.
 */
final class ListPace {

    private static final long DELAY = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2_500);

    /** Lists take a tenth of the time in which an order goes on. */
    private static final int COST_TO_PAUSE = 10;

    private final LongSupplier nanoTime;
    private volatile long begun;
    private volatile long cost;

    /** @param nanoTime the time that passes */
    ListPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong() - PAUSE;
    }

    /** How long what was revoked now waits for a list. */
    long nanosUntilNext() {
        return nanosUntil(PAUSE);
    }

    /** How long it waits while more of the same order follow. */
    long nanosUntilNextOfSome() {
        return nanosUntil(Math.max(PAUSE, COST_TO_PAUSE * cost));
    }

    private long nanosUntil(long pause) {
        return Math.max(DELAY, pause - (nanoTime.getAsLong() - begun));
    }

    /** Makes a list, and learns what that costs. */
    void make(Runnable list) {
        long now = nanoTime.getAsLong();
        begun = now;
        list.run();
        cost = nanoTime.getAsLong() - now;
    }
}
