package dev.waxwing.ca.audit;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was done or refused.
 *
 * @param actor who: a user's name, {@code device:NAME}, or {@code system}
 * @param action what, in dotted words, e.g. {@code certificate.issued}
 * @param subject to what: a serial number, a device's name, a transfer's id
 * @param outcome done or refused
 * @param reference 16 lower-case hex digits by which the event is found again, see {@link Reference}
 * @param reason why it was refused, or what else an administrator should know; never a secret
 */
public record AuditEvent(
        String actor,
        String action,
        String subject,
        Outcome outcome,
        String reference,
        @Nullable String reason) {

    /** An event for something that was done, with a fresh reference. */
    public static AuditEvent success(String actor, String action, String subject, @Nullable String detail) {
        return new AuditEvent(actor, action, subject, Outcome.SUCCESS, Reference.fresh(), detail);
    }

    /** An event for something that was refused, with a fresh reference to hand to the one who asked. */
    public static AuditEvent refused(String actor, String action, String subject, String reason) {
        return new AuditEvent(actor, action, subject, Outcome.REFUSED, Reference.fresh(), reason);
    }
}
