package dev.waxwing.ca.enrollment;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/** What came of a device's wish to be let in. */
public sealed interface EnrollmentResult {

    /**
     * The device is let in.
     *
     * @param name its name
     * @param chain its certificate, the issuing authority, the root
     */
    record Enrolled(String name, List<X509Certificate> chain) implements EnrollmentResult {}

    /**
     * It is not. Whoever asked writes it to the audit trail, under the one reference that it tells the device.
     *
     * @param reason why, for the audit trail only
     * @param invite the name of the invite or of the allowance, {@code unknown} if none was found
     */
    record Refused(Reason reason, String invite) implements EnrollmentResult {}

    /** Why a device is not let in. */
    enum Reason {
        /** The request is no request, its key is weak, or its proof of possession fails. */
        BAD_REQUEST,
        /** The request was made for another session, or for none. */
        WRONG_SESSION,
        /** The token is not one of ours, or has the wrong form. */
        UNKNOWN_TOKEN,
        /** The invite's time has passed. */
        EXPIRED,
        /** The invite was taken back. */
        REVOKED,
        /** The invite was redeemed for another key. */
        OTHER_KEY,
        /** The request asks for another name than the invite's. */
        OTHER_NAME,
        /** The certificate that the invite gave was revoked. */
        CERTIFICATE_REVOKED,
        /** There is a device of that name now, and the invite does not replace it. */
        NAME_TAKEN,
        /** No administrator has let this key back in. */
        NOT_LET_IN,
        /** The device of that name has got a certificate with another key since it was let back in. */
        OTHER_KEY_SINCE,
        /** The authority refused the certificate, for instance because the key is in use elsewhere. */
        NOT_ISSUED;

        /** A short word for the audit trail, e.g. {@code other-key}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
