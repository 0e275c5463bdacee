package dev.waxwing.server.media;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a transfer has come. */
public enum TransferState {
    /** Open: bytes are still expected, now or in a later session. */
    RECEIVING,
    /** Complete, verified, stored and receipted. */
    ACCEPTED,
    /** Kept aside, never shown as accepted: its device was revoked before it was complete. */
    QUARANTINED,
    /** Refused for good; its content is gone. */
    REJECTED;

    /** The word that interfaces and the database use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state with this word. */
    public static Optional<TransferState> of(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word().equals(word))
                .findFirst();
    }
}
