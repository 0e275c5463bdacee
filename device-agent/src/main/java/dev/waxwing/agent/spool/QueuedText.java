package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import java.time.Instant;

/**
 * A text that has no receipt yet.
 *
 * @param counter the device's number for it, 1 or more
 * @param id unique for ever
 * @param capturedAt when it was queued, in whole milliseconds
 * @param text 1 to 60,000 bytes in UTF-8
 * @param acknowledged whether the server holds it durably
 */
public record QueuedText(long counter, ItemId id, Instant capturedAt, String text, boolean acknowledged) {

    QueuedText renumbered(long number) {
        return new QueuedText(number, id, capturedAt, text, acknowledged);
    }

    QueuedText acknowledge() {
        return new QueuedText(counter, id, capturedAt, text, true);
    }

    QueuedText offeredAgain() {
        return new QueuedText(counter, id, capturedAt, text, false);
    }
}
