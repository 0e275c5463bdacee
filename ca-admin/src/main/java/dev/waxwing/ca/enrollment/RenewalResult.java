package dev.waxwing.ca.enrollment;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** What came of a device's wish for another certificate. */
public sealed interface RenewalResult {

    /**
     * It has one, from now or from before.
     *
     * @param chain its new certificate and the issuing authority, without the root
     */
    record Renewed(List<X509Certificate> chain) implements RenewalResult {}

    /**
     * It gets none. Whoever asked writes it to the audit trail, under the one reference that it tells the device.
     *
     * @param detail why, for the audit trail only
     * @param retryAfter when it may ask again, whole seconds; zero for no advice
     */
    record Refused(Reason reason, String detail, Duration retryAfter) implements RenewalResult {}

    /** Why a device gets no other certificate (docs/protocol.md, section 16.1). */
    enum Reason {
        /** The request is no request, its key is weak, its proof of possession fails, or it is not of this session. */
        BAD_REQUEST,
        /** The key is in use elsewhere, or was used before. */
        KEY_IN_USE,
        /** The certificate in question gets no successor, or not yet. */
        NOT_NOW,
        /** The device got many of late. */
        TOO_MANY,
        /** The authority itself issues nothing. */
        UNAVAILABLE
    }
}
