package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;

/**
 * One text (protocol section 13.2).
 *
 * @param counter 1 to 2^53 − 1
 * @param capturedAt by the device's clock, in milliseconds, years 1970 to 9999
 * @param text 1 to {@value #MAX_BYTES} bytes of UTF-8
 */
public record Text(long counter, ItemId id, Instant capturedAt, String text) implements DeviceMessage {

    /** The longest text, in bytes of UTF-8. */
    public static final int MAX_BYTES = 60_000;

    static final int TYPE = 0x01;

    public Text {
        Limits.counter(counter);
        Limits.capturedAt(capturedAt);
        Limits.utf8("text", text, 1, MAX_BYTES);
    }

    static Text decodeBody(Reader in) throws ProtocolException {
        return new Text(in.counter(), ItemId.decode(in), in.instant(), in.text24(1, MAX_BYTES));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.counter(counter);
        id.encode(out);
        out.instant(capturedAt).text24(text);
    }
}
