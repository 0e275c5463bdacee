package dev.waxwing.ca.enrollment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How an invite stands at a moment; exactly one of these. */
public enum InviteState {
    /** It can be redeemed. */
    OPEN,
    /** A device holds a certificate through it, or is about to. */
    REDEEMED,
    /** Its time passed before anybody used it. */
    EXPIRED,
    /** Somebody took it back. */
    REVOKED;

    /** The state with this lower-case name, or nothing. */
    public static Optional<InviteState> parse(String text) {
        return Arrays.stream(values())
                .filter(state -> state.text().equals(text))
                .findFirst();
    }

    /** The lower-case name, as in the REST interface. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
