package dev.waxwing.ca.enrollment;

/** What came of a wish to let a device back in. */
public sealed interface ReadmissionResult {

    /** It may come. */
    record Allowed(ReadmissionEntry entry) implements ReadmissionResult {}

    /**
     * There is nothing to let in so, or nothing that needs it.
     *
     * @param detail why, and what to do
     * @param reference under which the audit trail has it
     */
    record Refused(String detail, String reference) implements ReadmissionResult {}

    /**
     * The wish itself is not valid.
     *
     * @param detail what is wrong with it
     * @param reference under which the audit trail has it
     */
    record Invalid(String detail, String reference) implements ReadmissionResult {}
}
