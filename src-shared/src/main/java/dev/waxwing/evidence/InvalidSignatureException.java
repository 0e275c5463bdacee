package dev.waxwing.evidence;

import org.jspecify.annotations.Nullable;

/** A detached signature is not in its form, or is not by this signer over this content (protocol section 14.4). */
public final class InvalidSignatureException extends Exception {

    InvalidSignatureException(String message) {
        this(message, null);
    }

    InvalidSignatureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
