package dev.waxwing.server.classic;

import dev.waxwing.classic.ClassicCertificate;

/** What came of a wish for the classic form of a certificate. */
public sealed interface RenderingResult {

    /** It is there. */
    record Rendered(ClassicCertificate certificate) implements RenderingResult {}

    /**
     * There is none.
     *
     * @param detail why, and what to do
     * @param reference under which the audit trail has it
     */
    record Refused(String detail, String reference) implements RenderingResult {}
}
