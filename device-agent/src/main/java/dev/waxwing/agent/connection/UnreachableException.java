package dev.waxwing.agent.connection;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** There is no session now, but there may be one later. */
public final class UnreachableException extends IOException {

    private final Duration retryAfter;
    private final @Nullable String reference;

    UnreachableException(String message, Duration retryAfter, @Nullable String reference) {
        super(message);
        this.retryAfter = retryAfter;
        this.reference = reference;
    }

    /** When the server asked to come back; zero if it did not say. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** The incident in the server's audit log, if the server said anything. */
    public @Nullable String reference() {
        return reference;
    }
}
