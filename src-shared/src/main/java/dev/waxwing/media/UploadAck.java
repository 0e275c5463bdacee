package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * All bytes of an upload before the offset are durable (protocol section 13.3).
 *
 * @param offset 0 to 2^53 − 1
 */
public record UploadAck(ItemId id, long offset) implements ServerMessage {

    static final int TYPE = 0x13;

    public UploadAck {
        Limits.offset(offset);
    }

    static UploadAck decodeBody(Reader in) throws ProtocolException {
        return new UploadAck(ItemId.decode(in), in.counter());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.counter(offset);
    }
}
