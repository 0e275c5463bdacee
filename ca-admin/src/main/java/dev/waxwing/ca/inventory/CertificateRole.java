package dev.waxwing.ca.inventory;

import dev.waxwing.trust.Role;

/** What a certificate's key may be used for; each role has its own extended key usage (docs/protocol.md, section 7.1). */
public enum CertificateRole {
    /** A device on the channel. */
    DEVICE(Role.DEVICE.oid(), Role.DEVICE.uriPrefix()),
    /** A server on the channel. */
    SERVER(Role.SERVER.oid(), Role.SERVER.uriPrefix()),
    /** A signer of receipts. */
    RECEIPT(Role.RECEIPT.oid(), Role.RECEIPT.uriPrefix()),
    /** A signer of OCSP answers (id-kp-OCSPSigning, RFC 6960 section 4.2.2.2). */
    OCSP("1.3.6.1.5.5.7.3.9", "urn:waxwing:ocsp:");

    private final String extendedKeyUsage;
    private final String uriPrefix;

    CertificateRole(String extendedKeyUsage, String uriPrefix) {
        this.extendedKeyUsage = extendedKeyUsage;
        this.uriPrefix = uriPrefix;
    }

    /** Whether its certificates are for administrators only: who has one can speak for the deployment itself. */
    public boolean isForAdministrators() {
        return this != DEVICE;
    }

    /** The one extended key usage, in dotted form. */
    public String extendedKeyUsage() {
        return extendedKeyUsage;
    }

    /** What stands before the name in the certificate's URI, e.g. {@code urn:waxwing:device:}. */
    public String uriPrefix() {
        return uriPrefix;
    }
}
