package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.server.session.Traffic;
import dev.waxwing.wire.Incident;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the audit trail what was refused in one session. The first few refusals have an entry each; after them all of one kind
 * share a reference (docs/protocol.md, section 11.1), with one entry when the first comes and one with their number when the session
 * ends. So a session writes a bounded number of entries whatever its device offers. Any thread may call; nothing is written under
 * the lock.
 */
final class SessionRefusals implements AutoCloseable {

    /** Refusals with an entry of their own. */
    static final int ALONE = 20;

    private static final Logger LOG = LoggerFactory.getLogger(SessionRefusals.class);

    private final Sender sender;
    private final AuditTrail audit;
    private final Traffic traffic;
    private final Clock clock;
    private final SecureRandom random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Kind, Repeated> repeated = new HashMap<>();
    private int alone;

    SessionRefusals(Sender sender, AuditTrail audit, Traffic traffic, Clock clock, SecureRandom random) {
        this.sender = sender;
        this.audit = audit;
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
    }

    /** The reference that the device is told. Waits for the database if the refusal needs an entry. */
    Incident refuse(String action, String subject, Refusal refusal) {
        traffic.offerRefused(Ingest.word(refusal));
        Incident fresh = Incident.fresh(random);
        Refusal written = refusal;
        lock.lock();
        try {
            if (alone < ALONE) {
                alone++;
            } else {
                Kind kind = new Kind(action, refusal.reason());
                Repeated before = repeated.get(kind);
                if (before != null) {
                    before.count(clock.instant());
                    return before.incident;
                }
                repeated.put(kind, new Repeated(fresh, clock.instant()));
                written = new Refusal(
                        refusal.reason(),
                        refusal.detail() + "; more refusals of this kind in session " + sender.sessionId()
                                + " have this reference too");
            }
        } finally {
            lock.unlock();
        }
        audit.record(Ingest.event(sender.actor(), action, subject, written, fresh));
        return fresh;
    }

    /** Writes how many there were of each kind. */
    @Override
    public void close() {
        List<AuditEvent> sums = new ArrayList<>();
        lock.lock();
        try {
            repeated.forEach((kind, of) -> {
                if (of.count > 1) {
                    sums.add(sum(kind, of));
                }
            });
        } finally {
            lock.unlock();
        }
        sums.forEach(this::write);
    }

    /** The session ends whether its sums can be written or not. */
    private void write(AuditEvent sum) {
        try {
            audit.record(sum);
        } catch (RuntimeException e) {
            LOG.error("This could not be written to the audit log: {}", sum, e);
        }
    }

    private AuditEvent sum(Kind kind, Repeated of) {
        return new AuditEvent(
                sender.actor(),
                kind.action(),
                "session " + sender.sessionId(),
                Outcome.REFUSED,
                of.incident.toString(),
                of.count + " refusals of one kind (" + Ingest.word(new Refusal(kind.reason(), "")) + ") between "
                        + of.first + " and " + of.last);
    }

    private record Kind(String action, RefusalReason reason) {}

    /** The refusals of one kind that share a reference. The lock guards it. */
    private static final class Repeated {

        private final Incident incident;
        private final Instant first;
        private Instant last;
        private int count = 1;

        Repeated(Incident incident, Instant now) {
            this.incident = incident;
            this.first = now;
            this.last = now;
        }

        void count(Instant now) {
            count++;
            last = now;
        }
    }
}
