package dev.waxwing.ca.revocation;

import dev.waxwing.ca.inventory.CertificateEntry;

/** What came of a wish to release a certificate from its hold. */
public sealed interface ReleaseResult {

    /** It is as good as before the hold. */
    record Released(CertificateEntry certificate) implements ReleaseResult {}

    /** There is no such certificate. */
    record Unknown() implements ReleaseResult {}

    /**
     * It is not on hold.
     *
     * @param detail how it stands, for the person who asked
     * @param reference under which the audit trail has it
     */
    record Refused(String detail, String reference) implements ReleaseResult {}
}
