package dev.waxwing.channel;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Everything that a session does at its times, under one deadline: that of whatever comes first. Its entry is asked on the
 * timer's thread, and says when it wants to be asked again; if it is asked earlier, it finds that nothing is due.
 */
final class Timetable implements AutoCloseable, Runnable {

    /** What an entry answers that has nothing to do any more. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long SHORTEST_WAIT = Duration.ofMillis(10).toNanos();

    private final Consumer<Throwable> onFailure;
    private final Entry entry;
    private volatile Deadline next = Deadline.NONE;
    private volatile boolean stopped;

    /** Something that has its times. */
    @FunctionalInterface
    interface Entry {

        /**
         * Does what is due, without blocking.
         *
         * @param now by {@link System#nanoTime()}
         * @return nanoseconds until it is to be asked again, or {@link #NEVER}
         */
        long tick(long now);
    }

    /** @param onFailure ends the session: with an entry that failed, nothing would come at its time any more */
    Timetable(Consumer<Throwable> onFailure, Entry entry) {
        this.onFailure = onFailure;
        this.entry = entry;
    }

    /** @param first when the entry is asked for the first time */
    void start(Duration first) {
        next = Deadline.after(first, this);
    }

    @Override
    public void run() {
        try {
            ask();
        } catch (Throwable e) {
            onFailure.accept(e);
            throw e;
        }
    }

    private void ask() {
        long wait = stopped ? NEVER : entry.tick(System.nanoTime());
        if (wait != NEVER) {
            next = Deadline.after(Duration.ofNanos(Math.max(wait, SHORTEST_WAIT)), this);
        }
        if (stopped) {
            next.close();
        }
    }

    /** Asks nobody any more. */
    @Override
    public void close() {
        stopped = true;
        next.close();
    }
}
