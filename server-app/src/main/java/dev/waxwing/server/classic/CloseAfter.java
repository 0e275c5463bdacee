package dev.waxwing.server.classic;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a socket at a time, unless it is cancelled before: whoever waits in it is woken. */
final class CloseAfter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CloseAfter.class);
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final Future<?> scheduled;

    private CloseAfter(Future<?> scheduled) {
        this.scheduled = scheduled;
    }

    static CloseAfter of(Duration delay, SocketChannel socket, String why) {
        return new CloseAfter(TIMER.schedule(() -> close(socket, why), delay.toMillis(), TimeUnit.MILLISECONDS));
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
