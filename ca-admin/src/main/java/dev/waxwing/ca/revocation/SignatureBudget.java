package dev.waxwing.ca.revocation;

import dev.waxwing.channel.SourcePrefix;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many signatures strangers may have made for them: so many at once and so many in a second, for each source and for all
 * together. Any thread may call; one short lock guards everything.
 */
final class SignatureBudget {

    /** A script that checks a few dozen certificates in a row gets its nonces back. */
    static final int SOURCE_BURST = 20;

    static final int SOURCE_PER_SECOND = 1;

    /** In all a few hundredths of one processor. */
    static final int BURST = 100;

    static final int PER_SECOND = 20;

    private static final int MAX_SOURCES = 10_000;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Bucket all;
    private final Map<SourcePrefix, Bucket> sources = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SourcePrefix, Bucket> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    SignatureBudget(Clock clock) {
        this.clock = clock;
        this.all = new Bucket(BURST, PER_SECOND, clock.millis());
    }

    /**
     * Takes one signature, if there is one for this source and for all.
     *
     * @param address of the one who asks, as the web server spells it
     */
    boolean take(String address) {
        SourcePrefix source = SourcePrefix.spelled(address);
        lock.lock();
        try {
            long now = clock.millis();
            Bucket own = sources.computeIfAbsent(source, _ -> new Bucket(SOURCE_BURST, SOURCE_PER_SECOND, now));
            boolean granted = own.holdsOne(now) && all.holdsOne(now);
            if (granted) {
                own.take();
                all.take();
            }
            return granted;
        } finally {
            lock.unlock();
        }
    }

    /** Fills with time. Guarded by the lock of its owner. */
    private static final class Bucket {

        private final int burst;
        private final double perMillisecond;
        private double tokens;
        private long filledAt;

        Bucket(int burst, int perSecond, long now) {
            this.burst = burst;
            this.perMillisecond = perSecond / 1000.0;
            this.tokens = burst;
            this.filledAt = now;
        }

        boolean holdsOne(long now) {
            tokens = Math.min(burst, tokens + Math.max(0, now - filledAt) * perMillisecond);
            filledAt = now;
            return tokens >= 1;
        }

        void take() {
            tokens--;
        }
    }
}
