package dev.waxwing.server.device;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a device's newest certificate, or for classic the operator's list, lets it do. */
public enum DeviceState {
    /** It may connect. */
    ACTIVE,
    /** It may connect, but its certificate ends soon: it should have renewed it by now. */
    EXPIRING,
    /** Its certificate has ended. */
    EXPIRED,
    /** Its certificate was revoked. */
    REVOKED,
    /** An administrator removed it; what it sent keeps its name. */
    REMOVED,
    /** It is a classic device that an administrator keeps out, or took off the list. */
    DISABLED;

    /** The state with this word, or nothing. */
    public static Optional<DeviceState> parse(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word().equals(word))
                .findFirst();
    }

    /** Whether its certificate, or the operator's list, lets it connect. */
    public boolean mayConnect() {
        return this == ACTIVE || this == EXPIRING;
    }

    /** The word that interfaces use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
