package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Utf8;
import dev.waxwing.wire.Writer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;

/**
 * One text (protocol section 13.2). It stays the bytes that it was on the wire, which are what is stored and sealed.
 *
 * @param counter 1 to 2^53 − 1
 * @param capturedAt by the device's clock, in milliseconds, years 1970 to 9999
 * @param utf8 1 to {@value #MAX_BYTES} bytes of well-formed UTF-8
 */
public record Text(long counter, ItemId id, Instant capturedAt, Bytes utf8) implements DeviceMessage {

    /** The longest text, in bytes of UTF-8. */
    public static final int MAX_BYTES = 60_000;

    static final int TYPE = 0x01;

    public Text {
        Limits.counter(counter);
        Limits.capturedAt(capturedAt);
        Limits.range("text size", utf8.size(), 1, MAX_BYTES);
        Limits.utf8("text", utf8);
    }

    /** @throws IllegalArgumentException if the text has half a surrogate pair, or a value is out of its range */
    public Text(long counter, ItemId id, Instant capturedAt, String text) {
        this(counter, id, capturedAt, Limits.utf8("text", text));
    }

    static Text decodeBody(Reader in) throws ProtocolException {
        return new Text(in.counter(), ItemId.decode(in), in.instant(), in.vec24(1, MAX_BYTES));
    }

    public String text() {
        try {
            return Utf8.decode(utf8);
        } catch (CharacterCodingException impossible) {
            throw new IllegalStateException("a text is well-formed", impossible);
        }
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.counter(counter);
        id.encode(out);
        out.instant(capturedAt).vec24(utf8);
    }
}
