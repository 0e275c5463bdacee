package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.wire.Quantity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Writes refusals of unauthenticated peers to the audit trail, so that a flood of them cannot fill it. The first few of a source
 * have an entry each. What comes faster is put together, many refusals of one kind to an entry that lists the references which the
 * peers were told, so that each is still found with its reason.
 *
 * <p>Any thread may call; one lock guards what is gathered, and nothing is written under it.
 */
@Component
public final class RefusalLedger {

    private static final Logger LOG = LoggerFactory.getLogger(RefusalLedger.class);

    /** Entries of their own: so many of one source at once and one more each minute, so many of all and one more each second. */
    private static final int ALONE_PER_SOURCE = 5;

    private static final Duration PER_SOURCE_REFILL = Duration.ofMinutes(1);
    private static final int ALONE_IN_ALL = 100;
    private static final Duration IN_ALL_REFILL = Duration.ofSeconds(1);
    private static final int MOST_SOURCES = 4_096;
    private static final int MOST_GROUPS = 128;

    private final AuditTrail audit;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Allowance> sources = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
            return size() > MOST_SOURCES;
        }
    };
    private final Allowance all;
    private Map<GroupKey, Group> groups = new LinkedHashMap<>();

    RefusalLedger(AuditTrail audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
        this.all = new Allowance(ALONE_IN_ALL, IN_ALL_REFILL, clock.instant());
    }

    /**
     * Writes a refusal, at once or with others of its kind at the next {@link #flush()}.
     *
     * @param source where the peer comes from
     * @param kind why, in a short constant word
     * @param told whether the peer was told the event's reference
     * @return whether it has an entry of its own
     */
    public boolean record(String source, String kind, AuditEvent event, boolean told) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        boolean alone;
        List<AuditEvent> due = List.of();
        lock.lock();
        try {
            alone = standsAlone(source, now);
            if (!alone) {
                due = gather(source, kind, event, told, now);
            }
        } finally {
            lock.unlock();
        }
        (alone ? List.of(event) : due).forEach(this::write);
        return alone;
    }

    /** Writes what was gathered. */
    public void flush() {
        Map<GroupKey, Group> gathered;
        lock.lock();
        try {
            gathered = groups;
            groups = new LinkedHashMap<>();
        } finally {
            lock.unlock();
        }
        gathered.forEach((key, group) -> write(group.entry(key)));
    }

    private boolean standsAlone(String source, Instant now) {
        Allowance own = sources.computeIfAbsent(source, _ -> new Allowance(ALONE_PER_SOURCE, PER_SOURCE_REFILL, now));
        return own.has(now) && all.take(now) && own.take(now);
    }

    /** Adds a refusal to its group, and gives the entry of a group that is full. */
    private List<AuditEvent> gather(String source, String kind, AuditEvent event, boolean told, Instant now) {
        GroupKey key = new GroupKey(source, event.action(), event.subject(), kind);
        if (groups.size() >= MOST_GROUPS && !groups.containsKey(key)) {
            key = new GroupKey(GroupKey.SEVERAL, event.action(), GroupKey.SEVERAL, kind);
        }
        Group group = groups.computeIfAbsent(key, _ -> new Group(event.reason(), now));
        group.add(event.reason(), told ? key.named(event.reference(), source) : "", now);
        if (!group.isFull()) {
            return List.of();
        }
        groups.remove(key);
        return List.of(group.entry(key));
    }

    /** A refusal that cannot be kept must not be lost as well. */
    private void write(AuditEvent event) {
        try {
            audit.record(event);
        } catch (RuntimeException e) {
            LOG.error("This could not be written to the audit log: {}", event, e);
        }
    }

    /** What may be written one by one. */
    private static final class Allowance {

        private final int burst;
        private final Duration refill;
        private Instant emptyAt;

        Allowance(int burst, Duration refill, Instant now) {
            this.burst = burst;
            this.refill = refill;
            this.emptyAt = now.minus(refill.multipliedBy(burst));
        }

        /** Kept as the moment at which it was empty, from which on it fills. */
        boolean has(Instant now) {
            Instant earliest = now.minus(refill.multipliedBy(burst));
            emptyAt = emptyAt.isBefore(earliest) ? earliest : emptyAt;
            return !now.isBefore(emptyAt.plus(refill));
        }

        boolean take(Instant now) {
            if (!has(now)) {
                return false;
            }
            emptyAt = emptyAt.plus(refill);
            return true;
        }
    }

    /**
     * What the refusals of a group have in common.
     *
     * @param source where they come from
     * @param subject what they were about
     * @param kind why
     */
    private record GroupKey(String source, String action, String subject, String kind) {

        private static final String SEVERAL = "several";

        String named(String reference, String from) {
            return source.equals(SEVERAL) ? reference + "@" + from : reference;
        }
    }

    /** Refusals of one kind on their way to one entry. The ledger's lock guards it. */
    private static final class Group {

        /** With the words around them they fit into an entry's reason. */
        private static final int MOST_CHARACTERS = 560;

        private static final int LONGEST_REASON = 120;

        private final String firstReason;
        private final Instant first;
        private String otherReason = "";
        private int others;
        private Instant last;
        private final List<String> references = new ArrayList<>();
        private int characters;
        private int count;

        Group(@Nullable String firstReason, Instant now) {
            this.firstReason = String.valueOf(firstReason);
            this.first = now;
            this.last = now;
        }

        void add(@Nullable String reason, String reference, Instant now) {
            count++;
            if (!firstReason.equals(String.valueOf(reason))) {
                others++;
                otherReason = String.valueOf(reason);
            }
            last = now;
            if (!reference.isEmpty()) {
                references.add(reference);
                characters += reference.length() + 1;
            }
        }

        boolean isFull() {
            return characters >= MOST_CHARACTERS;
        }

        AuditEvent entry(GroupKey key) {
            String words = Quantity.of(count, "further refusal") + " of this kind (" + key.kind() + ") from "
                    + key.source()
                    + " between " + first + " and " + last + ", the first: " + shortened(firstReason)
                    + (others == 0 ? "" : "; " + others + " of them otherwise, the last: " + shortened(otherReason));
            String told = references.isEmpty() ? "; no peer was told" : "; references: " + String.join(" ", references);
            return AuditEvent.refused("peer " + key.source(), key.action(), key.subject(), words + told)
                    .from(key.source())
                    .counting(count, first, last);
        }

        private static String shortened(String reason) {
            if (reason.length() <= LONGEST_REASON) {
                return reason;
            }
            int end =
                    Character.isHighSurrogate(reason.charAt(LONGEST_REASON - 1)) ? LONGEST_REASON - 1 : LONGEST_REASON;
            return reason.substring(0, end) + "…";
        }
    }
}
