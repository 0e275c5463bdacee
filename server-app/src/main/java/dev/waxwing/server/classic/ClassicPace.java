package dev.waxwing.server.classic;

import dev.waxwing.channel.SourcePrefix;
import dev.waxwing.server.admission.TokenBucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How often a device may come. Its certificate is all that a session takes, and each session ends the former one and leaves entries
 * behind. It is counted by name and source, so that whoever copied the certificate uses up nothing of the device's own share unless
 * he is where it is. Any thread may call; one lock guards the table.
 */
final class ClassicPace {

    /** Handshakes of one device from one source: so many at once, and one more in this time. */
    static final int BURST = 10;

    static final Duration REFILL = Duration.ofSeconds(5);

    private static final int MOST = 4_096;

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Visitor, TokenBucket> visitors = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Visitor, TokenBucket> eldest) {
            return size() > MOST;
        }
    };

    /** @param nanoTime a clock like {@link System#nanoTime()} */
    ClassicPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether a device may come once more. */
    boolean allows(String device, SourcePrefix source) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            return visitors.computeIfAbsent(new Visitor(device, source), _ -> new TokenBucket(BURST, REFILL, now))
                    .take(now);
        } finally {
            lock.unlock();
        }
    }

    /** Does not count a session in which the device showed that it has its key. */
    void forgive(String device, SourcePrefix source) {
        lock.lock();
        try {
            TokenBucket visitor = visitors.get(new Visitor(device, source));
            if (visitor != null) {
                visitor.giveBack();
            }
        } finally {
            lock.unlock();
        }
    }

    private record Visitor(String device, SourcePrefix source) {}
}
