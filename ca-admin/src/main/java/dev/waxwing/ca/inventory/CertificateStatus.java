package dev.waxwing.ca.inventory;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How a certificate stands at a moment; exactly one of these. */
public enum CertificateStatus {
    /** Good, and for a while yet. */
    VALID,
    /**
     * Good and in its place, but in its last 30 days, or the last third of a lifetime shorter than 90 days: its holder should have
     * renewed it.
     */
    EXPIRING,
    /** Good to whoever verifies what it signed, but another has taken its place: nobody comes with it any more. */
    SUPERSEDED,
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

    /** All that {@link #parse} knows. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(CertificateStatus::text).toList();
    }

    /** Whether it is neither revoked nor past its end, in its place or not. */
    public boolean holds() {
        return this == VALID || this == EXPIRING || this == SUPERSEDED;
    }

    /** The lower-case name, as in the REST interface. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
