package dev.waxwing.ca.issuance;

/** What came of reading a certificate request. */
public sealed interface RequestCheck {

    /** It is well formed, its key is strong, and its sender has the private key. */
    record Accepted(CertificateRequest request) implements RequestCheck {}

    /** It is not. */
    record Refused(RequestFault fault) implements RequestCheck {}
}
