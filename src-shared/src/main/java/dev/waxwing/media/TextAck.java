package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * The text with this counter is durable (protocol section 13.2).
 *
 * @param counter 1 to 2^53 − 1
 */
public record TextAck(long counter) implements ServerMessage {

    static final int TYPE = 0x02;

    public TextAck {
        Limits.counter(counter);
    }

    static TextAck decodeBody(Reader in) throws ProtocolException {
        return new TextAck(in.counter());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.counter(counter);
    }
}
