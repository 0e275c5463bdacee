package dev.waxwing.server.web;

import java.time.Duration;
import org.springframework.security.core.AuthenticationException;

/** Credentials were not even looked at, because too many before were wrong. */
final class LoginThrottledException extends AuthenticationException {

    private final Duration wait;

    LoginThrottledException(Duration wait) {
        super("Too many attempts.");
        this.wait = wait;
    }

    /** Whole seconds until the next attempt is allowed; at least 1. */
    long seconds() {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }
}
