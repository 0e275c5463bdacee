package dev.waxwing.server.classic;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a socket at a time, unless it is cancelled before: whoever waits in it is woken. */
final class CloseAfter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CloseAfter.class);
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final AtomicBoolean passed;
    private final Future<?> scheduled;

    private CloseAfter(AtomicBoolean passed, Future<?> scheduled) {
        this.passed = passed;
        this.scheduled = scheduled;
    }

    static CloseAfter of(Duration delay, SocketChannel socket, String why) {
        AtomicBoolean passed = new AtomicBoolean();
        Runnable close = () -> {
            passed.set(true);
            close(socket, why);
        };
        return new CloseAfter(passed, TIMER.schedule(close, delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether the time has come, so that it was this that closed the socket. */
    boolean hasPassed() {
        return passed.get();
    }

    private static void close(SocketChannel socket, String why) {
        try {
            LOG.debug("Closing a classic connection: {}", why);
            socket.close();
        } catch (IOException e) {
            LOG.debug("A classic connection could not be closed", e);
        }
    }

    @Override
    public void close() {
        scheduled.cancel(false);
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().daemon().name("waxwing-classic-deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
