package dev.waxwing.channel;

import dev.waxwing.wire.ProtocolException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often something happens that makes an end work (protocol section 12): so many times in any span. Owned by one
 * thread, or guarded by one lock.
 */
final class Budget {

    private final String what;
    private final long span;
    private final LongSupplier nanoTime;
    private final int most;

    /** Made when something happens: most sessions never need it. */
    private long @Nullable [] times;

    private long count;

    /**
     * @param what is counted, for the audit log
     * @param most in any span, 1 or more
     */
    Budget(String what, int most, Duration span) {
        this(what, most, span, System::nanoTime);
    }

    /** @param nanoTime a clock like {@link System#nanoTime()} */
    Budget(String what, int most, Duration span, LongSupplier nanoTime) {
        this.what = what;
        this.span = span.toNanos();
        this.nanoTime = nanoTime;
        this.most = most;
    }

    /** It happens, unless it would be once too often. */
    boolean take() {
        long now = nanoTime.getAsLong();
        if (times == null) {
            times = new long[most];
        }
        int slot = (int) (count % most);
        if (count >= most && now - times[slot] < span) {
            return false;
        }
        times[slot] = now;
        count++;
        return true;
    }

    /** It happened. @throws ProtocolException if it was once too often */
    void spend() throws ProtocolException {
        if (!take()) {
            throw ProtocolException.malformed("more than " + most + " " + what + " within "
                    + Duration.ofNanos(span).toMillis() + " ms");
        }
    }
}
