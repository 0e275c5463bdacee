package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.media.ItemId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Keeps what came of things, and passes it on to the thread that tells a person. Safe for threads. */
final class Outcomes {

    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(2);

    private final Spool spool;
    private final Clock clock;
    private final Queue<Settled> settled = new ConcurrentLinkedQueue<>();
    private final Queue<String> notices = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Refusal lastRefusal;

    Outcomes(Spool spool, Clock clock) {
        this.spool = spool;
        this.clock = clock;
    }

    /** What was offered, for a refusal. */
    record Offered(ItemId id, Settled.Kind kind, long counter, String name, long size, List<Long> texts) {}

    void settle(Settled outcome) throws IOException {
        spool.settle(outcome);
        settled.add(outcome);
    }

    /** Something is refused for good, by the server or by this agent itself. */
    void refuse(Offered offered, String reason, @Nullable String reference) throws IOException {
        settle(new Settled(
                offered.id(),
                offered.kind(),
                offered.counter(),
                offered.name(),
                offered.size(),
                null,
                null,
                reason,
                reference,
                offered.texts(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS)));
    }

    /** Something is refused for now; returns when to try again, in the time of {@link System#nanoTime}. */
    long postpone(Refusal refusal) {
        lastRefusal = refusal;
        Duration pause = refusal.retryAfter().isZero() ? DEFAULT_PAUSE : refusal.retryAfter();
        notices.add("%s; trying again in %d s".formatted(refusal.words(), pause.toSeconds()));
        return System.nanoTime() + pause.toNanos();
    }

    /** Something that a person should know. */
    void notice(String message) {
        notices.add(message);
    }

    /** The last refusal for now. */
    Optional<Refusal> lastRefusal() {
        return Optional.ofNullable(lastRefusal);
    }

    /** Tells all that happened since the last call. */
    void tell(DeliveryListener listener) {
        for (String notice = notices.poll(); notice != null; notice = notices.poll()) {
            listener.notice(notice);
        }
        for (Settled outcome = settled.poll(); outcome != null; outcome = settled.poll()) {
            listener.settled(outcome);
        }
    }
}
