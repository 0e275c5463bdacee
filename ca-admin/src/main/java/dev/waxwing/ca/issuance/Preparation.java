package dev.waxwing.ca.issuance;

/** What came of preparing a certificate. */
public sealed interface Preparation {

    /** It may be signed. */
    record Prepared(PreparedCertificate certificate) implements Preparation {}

    /** It may not. */
    record Refused(RequestFault fault) implements Preparation {}
}
