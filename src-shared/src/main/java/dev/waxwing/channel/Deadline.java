package dev.waxwing.channel;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Something that happens at a time unless it is cancelled before. All run on one shared daemon thread, so they must not
 * block; whoever waits in a socket is woken by closing that socket, never by an interrupt.
 */
final class Deadline implements AutoCloseable {

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final Future<?> scheduled;

    private Deadline(Future<?> scheduled) {
        this.scheduled = scheduled;
    }

    static Deadline after(Duration delay, Runnable action) {
        return new Deadline(TIMER.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Cancels it. */
    @Override
    public void close() {
        scheduled.cancel(false);
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("wxp-deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
