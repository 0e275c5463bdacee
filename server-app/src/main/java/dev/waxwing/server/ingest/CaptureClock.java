package dev.waxwing.server.ingest;

import dev.waxwing.trust.StapledStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notices, once in a session, that a device dates what it offers into the future. What it offers is taken all the same: the time of
 * capture is the device's own word, and only the time of acceptance is the server's. Any thread may call.
 */
final class CaptureClock {

    private final Clock clock;
    private final AtomicBoolean told = new AtomicBoolean();

    CaptureClock(Clock clock) {
        this.clock = clock;
    }

    /** How far the device's clock is ahead at least, if that is more than clocks may differ and was not told before. */
    Optional<Duration> ahead(Instant capturedAt) {
        Duration ahead = Duration.between(clock.instant(), capturedAt);
        boolean isTold = ahead.compareTo(StapledStatus.SKEW) <= 0 || !told.compareAndSet(false, true);
        return isTold ? Optional.empty() : Optional.of(ahead);
    }
}
