package dev.waxwing.ca.issuance;

/** What came of an order for a certificate. */
public sealed interface IssuanceResult {

    /** Signed, stored and audited. */
    record Issued(IssuedCertificate certificate) implements IssuanceResult {}

    /**
     * Refused and audited.
     *
     * @param fault why
     * @param reference under which the audit trail has it
     */
    record Refused(RequestFault fault, String reference) implements IssuanceResult {}
}
