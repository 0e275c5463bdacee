package dev.waxwing.server.classic;

import java.io.IOException;

/** The server is too busy to compute; its peer did nothing wrong. */
final class NoPermitException extends IOException {

    NoPermitException(String message, Throwable cause) {
        super(message, cause);
    }
}
