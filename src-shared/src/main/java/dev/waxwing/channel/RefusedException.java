package dev.waxwing.channel;

import dev.waxwing.wire.AlertCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The server's application does not want this peer. The reason is for the audit log; the peer sees the code alone. */
public final class RefusedException extends Exception {

    private final AlertCode code;
    private final Duration retryAfter;

    public RefusedException(AlertCode code, String reason) {
        this(code, reason, Duration.ZERO, null);
    }

    public RefusedException(AlertCode code, String reason, Duration retryAfter, @Nullable Throwable cause) {
        super(reason, cause);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    public AlertCode code() {
        return code;
    }

    /** Zero for no advice. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
