package dev.waxwing.ca.revocation;

import dev.waxwing.ca.inventory.CertificateEntry;

/** What came of a wish to revoke. */
public sealed interface RevocationResult {

    /** It is revoked now, or was already for the same reason. */
    record Revoked(CertificateEntry certificate) implements RevocationResult {}

    /** There is no such certificate. */
    record Unknown() implements RevocationResult {}

    /**
     * It cannot be revoked.
     *
     * @param detail why, for the person who asked
     * @param reference under which the audit trail has it
     */
    record Refused(String detail, String reference) implements RevocationResult {}
}
