package dev.waxwing.channel;

import java.time.Duration;

/**
 * Something that happens at a time unless it is cancelled before. All run on one shared daemon thread, so they must not
 * block; whoever waits in a socket is woken by closing that socket, never by an interrupt.
 */
final class Deadline implements AutoCloseable, Comparable<Deadline> {

    /** One that is over. */
    static final Deadline NONE = new Deadline(0, 0, () -> {});

    private static final Timer TIMER = Timer.start("wxp-deadlines");

    private final long time;
    private final long number;
    private final Runnable action;

    /** @param number of its own, so that no two are equal */
    Deadline(long time, long number, Runnable action) {
        this.time = time;
        this.number = number;
        this.action = action;
    }

    static Deadline after(Duration delay, Runnable action) {
        return TIMER.schedule(System.nanoTime() + delay.toNanos(), action);
    }

    /** By {@link System#nanoTime()}. */
    long time() {
        return time;
    }

    void run() {
        action.run();
    }

    /** Cancels it. */
    @Override
    public void close() {
        TIMER.cancel(this);
    }

    /** Earlier ones first. */
    @Override
    public int compareTo(Deadline other) {
        long distance = time - other.time;
        return distance == 0 ? Long.compare(number, other.number) : Long.signum(distance);
    }
}
