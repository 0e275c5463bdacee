package dev.waxwing.ca.authority;

import org.jspecify.annotations.Nullable;

/**
 * The authority cannot be used as it was found. The message says to the operator what is wrong and what to do; the server does
 * not start.
 */
public final class AuthorityException extends IllegalStateException {

    /** A refusal for this reason. */
    public AuthorityException(String message) {
        this(message, null);
    }

    /** A refusal for this reason, which came of {@code cause}. */
    public AuthorityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
