package dev.waxwing.evidence;

import org.jspecify.annotations.Nullable;

/** A manifest, a receipt or a line of texts is not in its form (protocol sections 14.1 to 14.3). */
public final class MalformedEvidenceException extends Exception {

    MalformedEvidenceException(String message) {
        this(message, null);
    }

    MalformedEvidenceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
