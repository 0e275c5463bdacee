package dev.waxwing.channel;

import dev.waxwing.wire.ProtocolException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often something happens that makes an end work (protocol section 12): so many times in any span. Owned by one
 * thread, or guarded by one lock.
 */
final class Budget {

    private final int most;
    private final long span;

    /** When it happened the last times, as a ring. Made when something happens: many sessions never need it. */
    private long @Nullable [] times;

    /** The place of the earliest of them. */
    private int earliest;

    /** @param most in any span, 1 or more */
    Budget(int most, Duration span) {
        this.most = most;
        this.span = span.toNanos();
    }

    /**
     * It happens, unless it would be once too often.
     *
     * @param now by {@link System#nanoTime()}
     */
    boolean take(long now) {
        if (times == null) {
            times = new long[most];
            Arrays.fill(times, now - span);
        }
        if (now - times[earliest] < span) {
            return false;
        }
        times[earliest] = now;
        earliest = (earliest + 1) % most;
        return true;
    }

    /**
     * It happened.
     *
     * @param now by {@link System#nanoTime()}
     * @param what it is, for the audit log
     * @throws ProtocolException if it was once too often
     */
    void spend(long now, String what) throws ProtocolException {
        if (!take(now)) {
            throw ProtocolException.malformed("more than " + most + " " + what + " within "
                    + Duration.ofNanos(span).toMillis() + " ms");
        }
    }
}
