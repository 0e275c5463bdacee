package dev.waxwing.ca.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.channel.SourcePrefix;
import dev.waxwing.wire.Quantity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Audits requests that were refused, be it at the door or by an operation, and hands out the reference under which each is found. A
 * source that is refused all the time gets the reference of its last audited request again, so that nobody can fill the audit log;
 * how many there were of those is written once a minute. When the audit log cannot be written, the log has the refusal. Any thread may
 * call.
 */
@Component
public class RefusalJournal {

    private static final Logger LOG = LoggerFactory.getLogger(RefusalJournal.class);
    private static final int PER_WINDOW = 30;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SOURCES = 5_000;

    private final AuditTrail audit;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<SourcePrefix, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

    RefusalJournal(AuditTrail audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /** Audits the refusal of {@code request}, unless this source had its share, and says where it is found. */
    public String refused(String actor, String source, String request, String reason) {
        AuditEvent event =
                AuditEvent.refused(actor, "request.refused", request, reason).from(source);
        List<AuditEvent> due = new ArrayList<>();
        String reference;
        lock.lock();
        try {
            reference = admit(SourcePrefix.spelled(source), event, due);
        } finally {
            lock.unlock();
        }
        due.forEach(this::write);
        return reference;
    }

    /** Writes how many requests shared a reference, for every source whose minute is over. */
    @Scheduled(fixedRate = 1, timeUnit = TimeUnit.MINUTES)
    void flush() {
        Instant now = clock.instant();
        List<AuditEvent> due = new ArrayList<>();
        lock.lock();
        try {
            windows.values().removeIf(window -> {
                boolean over = window.isOver(now);
                if (over) {
                    window.sum().ifPresent(due::add);
                }
                return over;
            });
        } finally {
            lock.unlock();
        }
        due.forEach(this::write);
    }

    /** Puts into {@code due} what is to be written now. */
    private String admit(SourcePrefix source, AuditEvent event, List<AuditEvent> due) {
        Instant now = clock.instant();
        Window window = windows.get(source);
        if (window != null && window.isOver(now)) {
            window.sum().ifPresent(due::add);
            window = null;
        }
        if (window == null) {
            window = new Window(now, event);
            windows.put(source, window);
            if (windows.size() > MOST_SOURCES) {
                windows.pollFirstEntry().getValue().sum().ifPresent(due::add);
            }
        }
        if (window.admitted < PER_WINDOW) {
            window.admit(event);
            due.add(event);
        } else {
            window.more(now);
        }
        return window.last.reference();
    }

    private void write(AuditEvent event) {
        try {
            audit.record(event);
        } catch (RuntimeException e) {
            LOG.error("This could not be written to the audit log: {}", event, e);
        }
    }

    /** What one source was refused in a minute. The journal's lock guards it. */
    private static final class Window {

        private final Instant since;
        private AuditEvent last;
        private int admitted;
        private int more;
        private Instant firstMore = Instant.MAX;
        private Instant lastMore = Instant.MIN;

        Window(Instant since, AuditEvent first) {
            this.since = since;
            this.last = first;
        }

        boolean isOver(Instant now) {
            return since.plus(WINDOW).isBefore(now) || now.isBefore(since); // Or the clock was set back.
        }

        void admit(AuditEvent event) {
            admitted++;
            last = event;
        }

        void more(Instant now) {
            firstMore = more == 0 ? now : firstMore;
            lastMore = now;
            more++;
        }

        /** One entry for all that got the last reference again. */
        Optional<AuditEvent> sum() {
            if (more == 0) {
                return Optional.empty();
            }
            return Optional.of(new AuditEvent(
                            last.actor(),
                            last.action(),
                            "several",
                            last.outcome(),
                            last.reference(),
                            Quantity.of(more, "further request") + " refused with this reference",
                            last.source(),
                            null,
                            null)
                    .counting(more, firstMore, lastMore));
        }
    }
}
