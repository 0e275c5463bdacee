package dev.waxwing.ca.web;

import java.io.IOException;

/** A request body went on after its limit. */
final class BodyTooLargeException extends IOException {

    static final String MESSAGE = "The body is larger than 64 KiB.";

    BodyTooLargeException() {
        super(MESSAGE);
    }
}
