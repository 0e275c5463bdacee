package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Seals a group of acknowledged texts with one signed manifest (protocol section 13.2).
 *
 * @param counters 1 to {@value #MAX_GROUP} counters, strictly ascending
 * @param manifest 1 to {@value ApplicationMessage#MAX_MANIFEST} bytes
 * @param signature 1 to {@value ApplicationMessage#MAX_SIGNATURE} bytes
 */
public record TextSeal(ItemId group, List<Long> counters, Bytes manifest, Bytes signature) implements DeviceMessage {

    /** The most texts in one group. */
    public static final int MAX_GROUP = 1_000;

    static final int TYPE = 0x04;

    public TextSeal {
        Limits.range("group size", counters.size(), 1, MAX_GROUP);
        counters = List.copyOf(counters);
        long before = 0;
        for (long counter : counters) {
            Limits.counter(counter);
            if (counter <= before) {
                throw new IllegalArgumentException("counter " + counter + " does not ascend");
            }
            before = counter;
        }
        Limits.manifest(manifest);
        Limits.signature(signature);
    }

    static TextSeal decodeBody(Reader in) throws ProtocolException {
        return new TextSeal(ItemId.decode(in), counters(in), in.vec24(1, MAX_MANIFEST), in.vec24(1, MAX_SIGNATURE));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        group.encode(out);
        out.u24(counters.size() * Long.BYTES);
        counters.forEach(out::counter);
        out.vec24(manifest).vec24(signature);
    }

    private static List<Long> counters(Reader in) throws ProtocolException {
        Reader list = in.list24(Long.BYTES, MAX_GROUP * Long.BYTES);
        List<Long> counters = new ArrayList<>(list.remaining() / Long.BYTES);
        while (list.hasRemaining()) {
            counters.add(list.counter());
        }
        return counters;
    }
}
