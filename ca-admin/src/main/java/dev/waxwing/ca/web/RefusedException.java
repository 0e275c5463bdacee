package dev.waxwing.ca.web;

import org.springframework.http.HttpStatus;

/**
 * A refusal on its way to whoever asked over HTTP. Thrown at the edge only, after it was audited under its reference.
 */
public final class RefusedException extends RuntimeException {

    private final HttpStatus status;
    private final String title;
    private final String reference;

    /**
     * A refusal.
     *
     * @param status the HTTP status, 4xx or 5xx
     * @param title what was refused, in a few words
     * @param detail why, and what to do next
     * @param reference under which the audit trail has it
     */
    public RefusedException(HttpStatus status, String title, String detail, String reference) {
        super(detail);
        this.status = status;
        this.title = title;
        this.reference = reference;
    }

    /** The HTTP status. */
    public HttpStatus status() {
        return status;
    }

    /** What was refused. */
    public String title() {
        return title;
    }

    /** Why, and what to do next. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** Under which the audit trail has it. */
    public String reference() {
        return reference;
    }
}
