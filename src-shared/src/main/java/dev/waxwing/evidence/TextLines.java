package dev.waxwing.evidence;

import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The content of a sealed group of texts (protocol section 13.2): for each text, in the order of the counters, one
 * canonical JSON object and a line feed.
 */
public final class TextLines {

    /** The name of a group in its manifest. */
    public static final String NAME = "texts.jsonl";

    /** The media type of a group in its manifest. */
    public static final String MEDIA_TYPE = "application/jsonl";

    /** The longest line, in bytes: every character escaped. */
    public static final int MAX_LINE = 6 * Text.MAX_BYTES + 256;

    /** What a line has beside its text, in bytes, about. */
    private static final int FRAME = 128;

    // The members in the order of RFC 8785, section 3.2.3: a line for each text is worth no map that sorts them.
    private static final byte[] CAPTURED_AT = ascii("{\"capturedAt\":\"");
    private static final byte[] COUNTER = ascii("\",\"counter\":");
    private static final byte[] ID = ascii(",\"id\":\"");
    private static final byte[] TEXT = ascii("\",\"text\":");
    private static final byte[] END = ascii("}\n");

    private TextLines() {}

    /** The line of one text, with its line feed. */
    public static Bytes line(Text text) {
        return line(text.counter(), text.id(), text.capturedAt(), text.text());
    }

    /**
     * Writes the line of one text, with its line feed.
     *
     * @param utf8 well-formed
     */
    public static void write(long counter, ItemId id, Instant capturedAt, Bytes utf8, Writer out) {
        out.bytes(CAPTURED_AT)
                .bytes(ascii(Members.text(capturedAt)))
                .bytes(COUNTER)
                .bytes(ascii(Long.toString(counter)))
                .bytes(ID)
                .bytes(ascii(id.toString()))
                .bytes(TEXT);
        CanonicalJson.quote(utf8, out);
        out.bytes(END);
    }

    /** The line of a text that came by classic, where it may be empty (protocol section 15.1). */
    public static Bytes classicLine(ItemId id, Instant receivedAt, String text) {
        return line(1, id, receivedAt, text);
    }

    private static Bytes line(long counter, ItemId id, Instant capturedAt, String text) {
        Bytes utf8 = CanonicalJson.utf8(text);
        Writer out = Writer.growing(FRAME + utf8.size());
        write(counter, id, capturedAt, utf8, out);
        return out.toBytes();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws MalformedEvidenceException if the bytes are not exactly what {@link #line} makes of some text */
    public static Text read(Bytes line) throws MalformedEvidenceException {
        if (line.isEmpty() || line.size() > MAX_LINE || line.at(line.size() - 1) != '\n') {
            throw new MalformedEvidenceException("not one line: " + line.size() + " bytes");
        }
        Members members = Members.reading(line.slice(0, line.size() - 1));
        try {
            Text text = new Text(
                    members.whole("counter"),
                    new ItemId(members.hex("id", 16)),
                    members.instant("capturedAt"),
                    members.text("text"));
            members.end();
            return text;
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("text: " + e.getMessage(), e);
        }
    }
}
