package dev.waxwing.ca.inventory;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a certificate stands at a moment; exactly one of these. */
public enum CertificateStatus {
    /** Good, and for a while yet. */
    VALID,
    /** Good, but in its last 30 days, or the last third of a lifetime shorter than 90 days. */
    EXPIRING,
    /** Past its end, and never revoked. */
    EXPIRED,
    /** Revoked, whether past its end or not. */
    REVOKED;

    /** The status with this lower-case name, or nothing. */
    public static Optional<CertificateStatus> parse(String text) {
        return Arrays.stream(values())
                .filter(status -> status.text().equals(text))
                .findFirst();
    }

    /** The lower-case name, as in the REST interface. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
