package dev.waxwing.server.account;

import java.time.Duration;

/** How an attempt to log in ended. */
public sealed interface Login {

    record Accepted(Caller caller) implements Login {}

    /**
     * Name, password or token is wrong, or the user is disabled; which one is only in the audit log.
     *
     * @param reference finds the audit event
     */
    record Refused(String reference) implements Login {}

    /** Not even tried, because too many attempts failed before. */
    record MustWait(Duration time) implements Login {}
}
