package dev.waxwing.ca.inventory;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Why a certificate was revoked (RFC 5280 section 5.3.1). Two of the RFC's reasons are not here: {@code removeFromCRL} stands only in
 * delta lists, and {@code aACompromise} is about attribute certificates; this authority makes neither.
 */
public enum RevocationReason {
    UNSPECIFIED("unspecified", 0),
    KEY_COMPROMISE("keyCompromise", 1),
    CA_COMPROMISE("cACompromise", 2),
    AFFILIATION_CHANGED("affiliationChanged", 3),
    SUPERSEDED("superseded", 4),
    CESSATION_OF_OPERATION("cessationOfOperation", 5),
    /** Not for good: such a certificate can be released, or revoked for another reason. */
    CERTIFICATE_HOLD("certificateHold", 6),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", 9);

    private final String rfcName;
    private final int code;

    RevocationReason(String rfcName, int code) {
        this.rfcName = rfcName;
        this.code = code;
    }

    /** The reason with this RFC 5280 name, e.g. {@code keyCompromise}, or nothing. */
    public static Optional<RevocationReason> parse(String rfcName) {
        return Arrays.stream(values())
                .filter(reason -> reason.rfcName.equals(rfcName))
                .findFirst();
    }

    /** All RFC 5280 names that {@link #parse} knows. */
    public static List<String> rfcNames() {
        return Arrays.stream(values()).map(RevocationReason::rfcName).toList();
    }

    /** The name of RFC 5280, in camel case. */
    public String rfcName() {
        return rfcName;
    }

    /** The CRLReason code. */
    public int code() {
        return code;
    }
}
