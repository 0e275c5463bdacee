package dev.waxwing.server.ingest;

import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts of one device as one row holds them.
 *
 * @param counters of the texts, without a gap
 * @param ids a range in which the ids of all blocks of one commit are that have no row of their own
 * @param content for each text, in the order of the counters: {@code id opaque[16] | captured_at u64 | text vec24(opaque)}
 */
record TextBlock(CounterRun counters, IdRange ids, Bytes content) {

    /** Whoever looks for one text reads a block. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int MAX_TEXTS = 1_000;
    private static final int ID_BYTES = 16;
    private static final int HEAD_BYTES = ID_BYTES + Long.BYTES + 3;

    /**
     * Packs texts into as few blocks as they take.
     *
     * @param ascending by their counters, none twice
     * @param highestId up to which ranges of ids are taken
     */
    static List<TextBlock> pack(List<TextOffer> ascending, Bytes highestId) {
        List<TextBlock> blocks = new ArrayList<>();
        Bytes highest = highestId;
        int from = 0;
        while (from < ascending.size()) {
            int to = end(ascending, from);
            List<TextOffer> together = ascending.subList(from, to);
            IdRange ids =
                    IdRange.beyond(highest, together.stream().map(TextOffer::id).toList());
            blocks.add(pack(ids, together));
            highest = ids.isEmpty() ? highest : ids.last();
            from = to;
        }
        return blocks;
    }

    /** Where the block ends that begins at a text. */
    private static int end(List<TextOffer> texts, int from) {
        long first = texts.get(from).counter();
        int bytes = 0;
        int at = from;
        while (at < texts.size() && at - from < MAX_TEXTS) {
            TextOffer text = texts.get(at);
            bytes += size(text);
            if (text.counter() != first + (at - from) || bytes > MAX_BYTES) {
                break;
            }
            at++;
        }
        return at;
    }

    private static TextBlock pack(IdRange ids, List<TextOffer> texts) {
        Writer out = Writer.growing(texts.stream().mapToInt(TextBlock::size).sum());
        for (TextOffer text : texts) {
            out.bytes(text.id().value()).instant(text.capturedAt()).vec24(text.utf8());
        }
        CounterRun counters =
                new CounterRun(texts.getFirst().counter(), texts.getLast().counter());
        return new TextBlock(counters, ids, out.finish());
    }

    private static int size(TextOffer text) {
        return HEAD_BYTES + text.utf8().size();
    }

    /** The texts in the order of their counters. */
    List<StoredText> texts() {
        List<StoredText> texts = new ArrayList<>((int) counters.size());
        Reader in = Reader.of(content);
        try {
            for (long counter = counters.first(); counter <= counters.last(); counter++) {
                ItemId id = new ItemId(in.bytes(ID_BYTES));
                texts.add(new StoredText(counter, id, in.instant(), in.vec24(1, Text.MAX_BYTES)));
            }
            in.end();
        } catch (ProtocolException e) {
            throw damaged(e);
        }
        return texts;
    }

    /**
     * Writes the lines of texts (docs/protocol.md, section 13.2), straight from where they lie.
     *
     * @param wanted their counters, all of this block
     */
    void writeLines(CounterRun wanted, Writer out) {
        Reader in = Reader.of(content);
        try {
            for (long counter = counters.first(); counter <= wanted.last(); counter++) {
                if (counter < wanted.first()) {
                    in.skip(ID_BYTES + Long.BYTES);
                    in.skip(in.u24(1, Text.MAX_BYTES));
                } else {
                    writeLine(counter, in, out);
                }
            }
        } catch (ProtocolException e) {
            throw damaged(e);
        }
    }

    private void writeLine(long counter, Reader in, Writer out) throws ProtocolException {
        ItemId id = new ItemId(in.bytes(ID_BYTES));
        Instant capturedAt = in.instant();
        int size = in.u24(1, Text.MAX_BYTES);
        int from = in.position();
        in.skip(size);
        TextLines.write(counter, id, capturedAt, content, from, from + size, out);
    }

    private IllegalStateException damaged(ProtocolException e) {
        return new IllegalStateException("the block of the texts " + counters + " is damaged", e);
    }

    /** A text that is held. */
    record StoredText(long counter, ItemId id, Instant capturedAt, Bytes utf8) {

        /** What its counter and its id stand for; hashes the text. */
        Offers.Offer offer(String device) {
            return new Offers.Offer(device, counter, id.toString(), Fingerprint.text(capturedAt, utf8));
        }
    }
}
