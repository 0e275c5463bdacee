package dev.waxwing.server.media;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a transfer is, by its detected content. */
public enum TransferKind {
    TEXT,
    IMAGE,
    VIDEO,
    /** Everything else, and everything whose content is not what its name says. */
    FILE;

    /** The word that interfaces and the database use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind with this word. */
    public static Optional<TransferKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }
}
