package dev.waxwing.server.host;

import org.jspecify.annotations.Nullable;

/** The server cannot start as it was configured. The message is for the operator and says what to do. */
public final class StartupException extends RuntimeException {

    public StartupException(String message) {
        this(message, null);
    }

    public StartupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
