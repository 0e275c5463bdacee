package dev.waxwing.server.web;

import org.springframework.security.authentication.BadCredentialsException;

/** Credentials were shown and are not good. */
final class LoginRefusedException extends BadCredentialsException {

    private final String reference;

    LoginRefusedException(String reference) {
        super("The credentials are not valid.");
        this.reference = reference;
    }

    /** Finds the audit event. */
    String reference() {
        return reference;
    }
}
