package dev.waxwing.ca.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done or refused, or many refusals of one kind.
 *
 * @param actor who: a user's name, {@code device:NAME}, {@code host} or {@code system}
 * @param action what, in dotted words, e.g. {@code certificate.issued}
 * @param subject to what: a serial number, a device's name, a transfer's id
 * @param outcome done or refused
 * @param reference 16 lower-case hex digits by which the event is found again, see {@link Reference}
 * @param reason why it was refused, or what else an administrator should know; never a secret
 * @param source from where, an address; null where the trail knows better, or where there is none
 * @param change what it was before and is after; null if nothing changed that has a value
 * @param run of how many events this is the sum; null of this one alone
 */
public record AuditEvent(
        String actor,
        String action,
        String subject,
        Outcome outcome,
        String reference,
        @Nullable String reason,
        @Nullable String source,
        @Nullable Change change,
        @Nullable Run run) {

    /**
     * What a value was and is. Never a secret.
     *
     * @param before null if there was none
     * @param after null if there is none any more
     */
    public record Change(@Nullable String before, @Nullable String after) {}

    /**
     * Events of one kind that have one entry.
     *
     * @param count how many, at least 2
     * @param first when the first of them was
     * @param last when the last of them was
     */
    public record Run(int count, Instant first, Instant last) {}

    /** An event that changed no value, is alone, and comes from where the trail says. */
    public AuditEvent(
            String actor, String action, String subject, Outcome outcome, String reference, @Nullable String reason) {
        this(actor, action, subject, outcome, reference, reason, null, null, null);
    }

    /** An event for something that was done, with a fresh reference. */
    public static AuditEvent success(String actor, String action, String subject, @Nullable String detail) {
        return new AuditEvent(actor, action, subject, Outcome.SUCCESS, Reference.fresh(), detail);
    }

    /** An event for something that was refused, with a fresh reference to hand to the one who asked. */
    public static AuditEvent refused(String actor, String action, String subject, String reason) {
        return new AuditEvent(actor, action, subject, Outcome.REFUSED, Reference.fresh(), reason);
    }

    /** The same, from this address. */
    public AuditEvent from(String address) {
        return new AuditEvent(actor, action, subject, outcome, reference, reason, address, change, run);
    }

    /** The same, which made one value of another. */
    public AuditEvent changing(@Nullable String before, @Nullable String after) {
        return new AuditEvent(
                actor, action, subject, outcome, reference, reason, source, new Change(before, after), run);
    }

    /** The same, as the sum of {@code count} events; no run if that is 1. */
    public AuditEvent counting(int count, Instant first, Instant last) {
        Run counted = count > 1 ? new Run(count, first, last) : null;
        return new AuditEvent(actor, action, subject, outcome, reference, reason, source, change, counted);
    }
}
