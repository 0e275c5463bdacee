package dev.waxwing.agent.upload;

import java.io.IOException;

/** A record could not be sent. Why the session ended, the receiving thread may know better, such as from an alert. */
final class ConnectionBrokenException extends IOException {

    ConnectionBrokenException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
