package dev.waxwing.agent.upload;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The session is over, but another one may go on where it stopped. */
final class SessionEndedException extends IOException {

    private final Duration retryAfter;
    private final @Nullable String reference;

    SessionEndedException(String message, Duration retryAfter, @Nullable String reference, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
        this.reference = reference;
    }

    Duration retryAfter() {
        return retryAfter;
    }

    @Nullable
    String reference() {
        return reference;
    }
}
