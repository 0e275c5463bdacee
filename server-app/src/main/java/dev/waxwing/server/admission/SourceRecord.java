package dev.waxwing.server.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is remembered of one source. Times are those of {@link System#nanoTime()}. The table's owner guards it. */
final class SourceRecord {

    private int unauthenticated;
    private @Nullable TokenBucket connections;
    private long penalty;
    private long penaltyAsOf;
    private boolean shutOut;

    int unauthenticated() {
        return unauthenticated;
    }

    void entered() {
        unauthenticated++;
    }

    void left() {
        unauthenticated--;
    }

    boolean isIdle() {
        return unauthenticated == 0;
    }

    /** Whether it may connect once more. */
    boolean takeConnection(AdmissionProperties properties, long now) {
        if (connections == null) {
            Duration refill = Duration.ofSeconds(1).dividedBy(properties.connectionsPerSecond());
            connections = new TokenBucket(properties.connectionBurst(), refill, now);
        }
        return connections.take(now);
    }

    /** Adds to what it has to wait for; what was added before passes with time. */
    void punish(Duration more, Duration threshold, Duration max, long now) {
        pass(now);
        penalty = Math.min(penalty + more.toNanos(), max.toNanos());
        shutOut = shutOut || penalty > 0 && penalty >= threshold.toNanos();
    }

    void forgive() {
        penalty = 0;
        shutOut = false;
    }

    /** Once shut out, it is until nothing is left of its penalty. */
    boolean shutOut(long now) {
        pass(now);
        return shutOut;
    }

    private void pass(long now) {
        penalty = penalty == 0 ? 0 : Math.max(0, penalty - (now - penaltyAsOf));
        penaltyAsOf = now;
        shutOut = shutOut && penalty > 0;
    }
}
