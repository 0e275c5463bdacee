package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.server.session.Traffic;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.Quantity;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the audit trail what was refused in one session. The first few refusals have an entry each; after them all of one kind
 * share a reference (docs/protocol.md, section 11.1), with one entry when the first comes and one with their number when the session
 * ends. So a session writes a bounded number of entries whatever its device offers. Any thread may call; this object's monitor guards
 * the counts, and nothing is written under it.
 */
public final class SessionRefusals implements AutoCloseable {

    /** Refusals with an entry of their own. */
    static final int ALONE = 20;

    private static final Logger LOG = LoggerFactory.getLogger(SessionRefusals.class);

    private final String actor;
    private final String sessionId;
    private final String way;
    private final AuditTrail audit;
    private final Traffic traffic;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<Kind, Repeated> repeated = new HashMap<>();
    private int alone;

    /**
     * @param actor whom the audit trail names for them
     * @param sessionId 32 hex digits
     * @param way what their reasons begin with, maybe nothing
     */
    SessionRefusals(
            String actor,
            String sessionId,
            String way,
            AuditTrail audit,
            Traffic traffic,
            Clock clock,
            SecureRandom random) {
        this.actor = actor;
        this.sessionId = sessionId;
        this.way = way;
        this.audit = audit;
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
    }

    /** Whether the next one has no entry of its own, unless it is the first of its kind. */
    synchronized boolean areMany() {
        return alone >= ALONE;
    }

    /** The reference that the device is told. Waits for the database if the refusal needs an entry. */
    Incident refuse(String action, String subject, Refusal refusal) {
        traffic.offerRefused(Ingest.word(refusal));
        Incident fresh = Incident.fresh(random);
        Refusal written = refusal;
        synchronized (this) {
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
                        refusal.detail() + "; more refusals of this kind in session " + sessionId
                                + " have this reference too");
            }
        }
        audit.record(new AuditEvent(
                actor,
                action,
                subject,
                Outcome.REFUSED,
                fresh.toString(),
                way + Ingest.word(written) + ": " + written.detail()));
        return fresh;
    }

    /** Writes how many there were of each kind. */
    @Override
    public void close() {
        sums().forEach(this::write);
    }

    private synchronized List<AuditEvent> sums() {
        List<AuditEvent> sums = new ArrayList<>();
        repeated.forEach((kind, of) -> {
            if (of.count > 1) {
                sums.add(sum(kind, of));
            }
        });
        return sums;
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
                        actor,
                        kind.action(),
                        "session " + sessionId,
                        Outcome.REFUSED,
                        of.incident.toString(),
                        way + Quantity.of(of.count, "refusal") + " of one kind ("
                                + Ingest.word(new Refusal(kind.reason(), "")) + ") between " + of.first + " and "
                                + of.last)
                .counting(of.count, of.first, of.last);
    }

    private record Kind(String action, RefusalReason reason) {}

    /** The refusals of one kind that share a reference. The monitor guards it. */
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
