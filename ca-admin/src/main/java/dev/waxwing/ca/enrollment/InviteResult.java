package dev.waxwing.ca.enrollment;

import dev.waxwing.enrollment.Invite;
import java.time.Instant;

/** What came of a wish for an invite. */
public sealed interface InviteResult {

    /**
     * It was made. This is the only time that the invite itself is to be had.
     *
     * @param id under which it is listed and can be taken back
     * @param invite the invite; {@link Invite#encode} gives the string for the device
     * @param expiresAt when it can no longer be used
     */
    record Created(String id, Invite invite, Instant expiresAt) implements InviteResult {}

    /**
     * There is a device, or another open invite, of that name, and {@code replace} was not asked for.
     *
     * @param detail what is in the way and what to do
     * @param reference under which the audit trail has it
     */
    record NameTaken(String detail, String reference) implements InviteResult {}

    /**
     * The order itself is not valid.
     *
     * @param detail what is wrong with it
     * @param reference under which the audit trail has it
     */
    record Invalid(String detail, String reference) implements InviteResult {}
}
