package dev.waxwing.wire;

import java.io.IOException;

/** The stream ended without the peer's authenticated close, so something may have been cut off (protocol section 11.2). */
public final class TruncatedException extends IOException {

    public TruncatedException(String message) {
        super(message);
    }
}
