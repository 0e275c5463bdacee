package dev.waxwing.channel;

import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.wire.Alert;
import java.io.IOException;
import java.time.Duration;

/** How an end gives up during the handshake: one alert, then close (protocol section 11.1). */
final class LastWord {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private LastWord() {}

    /** Sends the alert and closes the socket, within a second. Never throws. */
    static void say(Alert alert, RecordStream stream) {
        try (Deadline _ = Deadline.after(LIMIT, stream::close)) {
            stream.write(ContentType.ALERT, alert.encode());
            stream.endOutput();
            // Closing a socket with unread bytes in it would reset the connection and might destroy the alert.
            stream.drain();
        } catch (IOException e) {
            // The peer is gone: there is nobody left to tell.
        } finally {
            stream.closeAndDispose();
        }
    }
}
