package dev.waxwing.evidence;

import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.wire.Bytes;
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

    private static final Bytes LINE_FEED = Bytes.of((byte) '\n');

    private TextLines() {}

    /** The line of one text, with its line feed. */
    public static Bytes line(Text text) {
        return line(text.counter(), text.id(), text.capturedAt(), text.text());
    }

    /** The line of a text that came by classic, where it may be empty (protocol section 15.1). */
    public static Bytes classicLine(ItemId id, Instant receivedAt, String text) {
        return line(1, id, receivedAt, text);
    }

    private static Bytes line(long counter, ItemId id, Instant capturedAt, String text) {
        Bytes json = Members.writing()
                .put("capturedAt", capturedAt)
                .put("counter", counter)
                .put("id", id.value())
                .put("text", text)
                .write();
        return Bytes.concat(json, LINE_FEED);
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
