package dev.waxwing.server.admission;

import java.util.Locale;

/** Why a connection was closed before it was heard. */
public enum Drop {
    /** All places are taken. */
    FULL,
    /** By chance, because many places are taken. */
    EARLY,
    /** Its source misbehaved before. */
    PENALISED,
    /** Its source has too many connections without a session. */
    PER_SOURCE,
    /** Its source connects too often. */
    RATE;

    /** A short constant word, for labels. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
