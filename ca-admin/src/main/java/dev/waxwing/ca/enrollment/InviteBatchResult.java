package dev.waxwing.ca.enrollment;

import java.util.List;

/** What came of a wish for several invites: all were made, or none. */
public sealed interface InviteBatchResult {

    /**
     * All were made, in the order of the names. This is the only time that they are to be had.
     *
     * @param invites one for each name
     */
    record Created(List<InviteResult.Created> invites) implements InviteBatchResult {}

    /**
     * None was made.
     *
     * @param taken whether the names as such are in order, and a device or an open invite has one of them
     * @param detail which names are in the way, and why
     * @param reference under which the audit trail has it
     */
    record Refused(boolean taken, String detail, String reference) implements InviteBatchResult {}
}
