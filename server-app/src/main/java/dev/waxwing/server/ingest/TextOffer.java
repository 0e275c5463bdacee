package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.wire.Bytes;
import java.time.Instant;

/**
 * A text as a device offered it.
 *
 * @param sender who
 * @param counter its number
 * @param capturedAt by the device's clock
 * @param utf8 well-formed UTF-8, 1 to 60,000 bytes
 */
record TextOffer(Sender sender, long counter, ItemId id, Instant capturedAt, Bytes utf8) {

    static TextOffer of(Sender sender, Text text) {
        return new TextOffer(sender, text.counter(), text.id(), text.capturedAt(), text.utf8());
    }

    String device() {
        return sender.device();
    }

    Offers.Key key() {
        return new Offers.Key(counter, id);
    }

    /** What its counter and its id stand for; hashes the text. */
    Offers.Offer offer() {
        return new Offers.Offer(device(), counter, id.toString(), Fingerprint.text(capturedAt, utf8));
    }
}
