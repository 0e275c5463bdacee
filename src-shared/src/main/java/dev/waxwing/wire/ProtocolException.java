package dev.waxwing.wire;

import org.jspecify.annotations.Nullable;

/**
 * The peer broke the protocol, or was not believed. It becomes one alert in one place; {@link #reason()} is for the own
 * audit log and never goes to the peer.
 */
public final class ProtocolException extends Exception {

    private final AlertCode code;
    private final String reason;

    public ProtocolException(AlertCode code, String reason) {
        this(code, reason, null);
    }

    public ProtocolException(AlertCode code, String reason, @Nullable Throwable cause) {
        super(code + ": " + reason, cause);
        this.code = code;
        this.reason = reason;
    }

    /** A message that does not have the form its section says: always {@code protocol_error}. */
    public static ProtocolException malformed(String reason) {
        return new ProtocolException(AlertCode.PROTOCOL_ERROR, reason);
    }

    public AlertCode code() {
        return code;
    }

    public String reason() {
        return reason;
    }
}
