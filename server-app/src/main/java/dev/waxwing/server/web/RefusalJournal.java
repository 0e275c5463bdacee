package dev.waxwing.server.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/**
 * Audits requests that were refused at the door, and hands out the reference under which each is found. A source that is
 * refused all the time gets the reference of its last audited request again, so that nobody can fill the audit log.
 */
@Component
class RefusalJournal {

    private static final int PER_WINDOW = 30;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SOURCES = 5_000;

    private final AuditTrail audit;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST_SOURCES;
        }
    };

    RefusalJournal(AuditTrail audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    private record Window(Instant since, int count, String lastReference) {}

    /** Audits the refusal of {@code request}, unless this source had its share, and says where it is found. */
    String refused(String actor, String source, String request, String reason) {
        AuditEvent event = AuditEvent.refused(actor, "request.refused", request, reason + ", from " + source);
        String reference = admit(source, event.reference());
        if (reference.equals(event.reference())) {
            audit.record(event);
        }
        return reference;
    }

    private String admit(String source, String reference) {
        Instant now = clock.instant();
        lock.lock();
        try {
            Window window = windows.get(source);
            if (window == null || window.since().plus(WINDOW).isBefore(now)) {
                windows.put(source, new Window(now, 1, reference));
                return reference;
            }
            if (window.count() >= PER_WINDOW) {
                return window.lastReference();
            }
            windows.put(source, new Window(window.since(), window.count() + 1, reference));
            return reference;
        } finally {
            lock.unlock();
        }
    }
}
