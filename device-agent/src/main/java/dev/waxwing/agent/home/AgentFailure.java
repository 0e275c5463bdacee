package dev.waxwing.agent.home;

import org.jspecify.annotations.Nullable;

/** Something failed for a reason that a person can act on: what happened, the reference to give, what to do next. */
public final class AgentFailure extends Exception {

    private final @Nullable String reference;
    private final @Nullable String advice;

    /**
     * @param message what happened
     * @param reference the incident the administrator can look up, 16 hexadecimal digits; null when there is none
     * @param advice what to do next; null when there is nothing to say
     * @param cause why; null when the message says it all
     */
    public AgentFailure(
            String message, @Nullable String reference, @Nullable String advice, @Nullable Throwable cause) {
        super(message, cause);
        this.reference = reference;
        this.advice = advice;
    }

    public AgentFailure(String message, @Nullable String advice) {
        this(message, null, advice, null);
    }

    /** What happened, never null. */
    public String description() {
        String message = getMessage();
        return message == null ? "unknown failure" : message;
    }

    /** The incident the administrator can look up. */
    public @Nullable String reference() {
        return reference;
    }

    /** What to do next. */
    public @Nullable String advice() {
        return advice;
    }
}
