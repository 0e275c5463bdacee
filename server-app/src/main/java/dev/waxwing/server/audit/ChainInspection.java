package dev.waxwing.server.audit;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Checks the whole audit trail for people and programs: one check at a time, on a thread of its own that gives way to others.
 * Whoever asks while one is under way is given that one. Any thread may ask.
 */
@Component
public final class ChainInspection {

    private static final Logger LOG = LoggerFactory.getLogger(ChainInspection.class);

    private final AuditLog log;
    private final Clock clock;
    private final AtomicReference<@Nullable Run> latest = new AtomicReference<>();

    ChainInspection(AuditLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * What a check found.
     *
     * @param begunAt what was written after this may not have been looked at
     * @param endedAt when it was done
     * @param check what it found
     */
    public record Finding(Instant begunAt, Instant endedAt, ChainCheck check) {}

    /** A check, from its order on. */
    public static final class Run {

        private final Instant begunAt;
        private final long length;
        private final CompletableFuture<Finding> finding = new CompletableFuture<>();
        private volatile long checked;

        private Run(Instant begunAt, long length) {
            this.begunAt = begunAt;
            this.length = length;
        }

        /** When it was begun. */
        public Instant begunAt() {
            return begunAt;
        }

        /** How many entries there were then. */
        public long length() {
            return length;
        }

        /** How many of them it has been through. */
        public long checked() {
            return checked;
        }

        /** Whether it ended without an answer, for example because the database was away. */
        public boolean hasFailed() {
            return finding.isCompletedExceptionally();
        }

        /** What it found, as soon as it has. */
        public Optional<Finding> finding() {
            return finding.isDone() && !hasFailed() ? Optional.of(finding.join()) : Optional.empty();
        }

        /** Waits for what it finds. */
        public Finding await() {
            return finding.join();
        }
    }

    /** The check that is under way, or else a new one. */
    public Run order() {
        Run fresh = new Run(clock.instant(), log.length());
        Run chosen = latest.updateAndGet(under -> under != null && !under.finding.isDone() ? under : fresh);
        if (chosen == fresh) {
            Thread.ofPlatform()
                    .name("audit-chain-check")
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .start(() -> check(fresh));
        }
        return Objects.requireNonNull(chosen);
    }

    /** The last one that was ordered since the server's start. */
    public Optional<Run> latest() {
        return Optional.ofNullable(latest.get());
    }

    private void check(Run run) {
        try {
            ChainCheck check = log.verify(checked -> run.checked = checked);
            run.finding.complete(new Finding(run.begunAt, clock.instant(), check));
        } catch (RuntimeException | Error e) {
            LOG.error("The audit trail could not be checked", e);
            run.finding.completeExceptionally(e);
        }
    }
}
