package dev.waxwing.ca.ceremony;

/**
 * What came of a ceremony.
 *
 * @param <T> what it makes
 */
public sealed interface CeremonyResult<T> {

    /** Done and audited. */
    record Done<T>(T result) implements CeremonyResult<T> {}

    /**
     * Refused, or failed on the way, and audited. What was there before still works; asking again takes it up where it stopped.
     *
     * @param detail why, and what to do next
     * @param reference under which the audit trail has it
     */
    record Refused<T>(String detail, String reference) implements CeremonyResult<T> {}
}
