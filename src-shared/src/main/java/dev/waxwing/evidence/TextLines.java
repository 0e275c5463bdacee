package dev.waxwing.evidence;

import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

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
    private static final byte[] TIME = ascii("0000-00-00T00:00:00.000Z");
    private static final byte[] COUNTER = ascii("\",\"counter\":");
    private static final byte[] ID = ascii(",\"id\":\"");
    private static final byte[] TEXT = ascii("\",\"text\":");
    private static final byte[] END = ascii("}\n");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private TextLines() {}

    /** The line of one text, with its line feed. */
    public static Bytes line(Text text) {
        return line(text.counter(), text.id(), text.capturedAt(), text.utf8());
    }

    /** Writes the line of one text, with its line feed. */
    public static void write(Text text, Writer out) {
        write(text.counter(), text.id(), text.capturedAt(), text.utf8(), out);
    }

    /**
     * Writes the line of one text, with its line feed.
     *
     * @param capturedAt years 0 to 9999
     * @param utf8 well-formed
     */
    public static void write(long counter, ItemId id, Instant capturedAt, Bytes utf8, Writer out) {
        write(counter, id, capturedAt, utf8, 0, utf8.size(), out);
    }

    /**
     * Writes the line of one text, with its line feed.
     *
     * @param capturedAt years 0 to 9999
     * @param bytes the text from {@code from}, inclusive, to {@code to}, exclusive, well-formed UTF-8
     */
    public static void write(long counter, ItemId id, Instant capturedAt, Bytes bytes, int from, int to, Writer out) {
        out.bytes(CAPTURED_AT)
                .bytes(time(capturedAt))
                .bytes(COUNTER)
                .bytes(ascii(Long.toString(counter)))
                .bytes(ID)
                .bytes(hex(id))
                .bytes(TEXT);
        CanonicalJson.quote(bytes, from, to, out);
        out.bytes(END);
    }

    /** The line of a text that came by classic, where it may be empty (protocol section 15.1). */
    public static Bytes classicLine(ItemId id, Instant receivedAt, String text) {
        return line(1, id, receivedAt, CanonicalJson.utf8(text));
    }

    private static Bytes line(long counter, ItemId id, Instant capturedAt, Bytes utf8) {
        Writer out = Writer.growing(FRAME + utf8.size());
        write(counter, id, capturedAt, utf8, out);
        return out.toBytes();
    }

    /** As {@link Members#text} writes it, at a tenth of the price: there is one in each line. */
    private static byte[] time(Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        byte[] text = TIME.clone();
        number(time.getYear(), text, 0, 4);
        number(time.getMonthValue(), text, 5, 2);
        number(time.getDayOfMonth(), text, 8, 2);
        number(time.getHour(), text, 11, 2);
        number(time.getMinute(), text, 14, 2);
        number(time.getSecond(), text, 17, 2);
        number(time.getNano() / 1_000_000, text, 20, 3);
        return text;
    }

    private static void number(int value, byte[] text, int at, int digits) {
        int left = value;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }

    private static byte[] hex(ItemId id) {
        Bytes value = id.value();
        byte[] text = new byte[2 * value.size()];
        for (int i = 0; i < value.size(); i++) {
            text[2 * i] = HEX[value.at(i) >> 4 & 0xF];
            text[2 * i + 1] = HEX[value.at(i) & 0xF];
        }
        return text;
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
