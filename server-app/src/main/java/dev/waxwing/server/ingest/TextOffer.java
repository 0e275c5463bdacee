package dev.waxwing.server.ingest;

import dev.waxwing.wire.Bytes;
import java.time.Instant;

/**
 * A text as a device offered it.
 *
 * @param sender who
 * @param counter its number
 * @param textId its id, 32 hex digits
 * @param capturedAt by the device's clock
 * @param utf8 well-formed UTF-8, 1 to 60,000 bytes
 */
record TextOffer(Sender sender, long counter, String textId, Instant capturedAt, Bytes utf8) {

    String device() {
        return sender.device();
    }

    Offers.Key key() {
        return new Offers.Key(counter, textId);
    }

    /** What its counter and its id stand for; hashes the text. */
    Offers.Offer offer() {
        return new Offers.Offer(device(), counter, textId, Fingerprint.text(capturedAt, utf8));
    }
}
