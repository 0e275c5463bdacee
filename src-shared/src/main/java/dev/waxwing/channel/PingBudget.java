package dev.waxwing.channel;

import dev.waxwing.wire.ProtocolException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Bounds what a peer may ping (protocol section 12): an honest one has one ping unanswered and is content with one in a third
 * of the idle time; whoever sends many makes this end work for nothing. Owned by the receiving thread.
 */
final class PingBudget {

    /** Pings that are answered in any third of the idle time. */
    static final int MAX_PINGS = 10;

    private final long span;
    private final LongSupplier nanoTime;
    private final long[] arrivals = new long[MAX_PINGS];
    private long count;

    PingBudget(Duration idle) {
        this(idle, System::nanoTime);
    }

    /**
     * @param idle how long a peer may be silent
     * @param nanoTime a clock like {@link System#nanoTime()}
     */
    PingBudget(Duration idle, LongSupplier nanoTime) {
        this.span = idle.toNanos() / 3;
        this.nanoTime = nanoTime;
    }

    /** A ping came. @throws ProtocolException if it is one too many */
    void spend() throws ProtocolException {
        long now = nanoTime.getAsLong();
        int slot = (int) (count % MAX_PINGS);
        if (count >= MAX_PINGS && now - arrivals[slot] < span) {
            throw ProtocolException.malformed("more than " + MAX_PINGS + " pings within "
                    + Duration.ofNanos(span).toMillis() + " ms");
        }
        arrivals[slot] = now;
        count++;
    }
}
