package dev.waxwing.media;

import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Duration;

/**
 * The server did not take a text (protocol section 13.2).
 *
 * @param counter of the text, 1 to 2^53 − 1
 * @param incident names the refusal in the server's audit log
 * @param retryAfter whole seconds, zero for no advice
 */
public record TextRefused(long counter, RefusalReason reason, Incident incident, Duration retryAfter)
        implements ServerMessage {

    static final int TYPE = 0x03;

    public TextRefused {
        Limits.counter(counter);
        Limits.retryAfter(retryAfter);
    }

    static TextRefused decodeBody(Reader in) throws ProtocolException {
        return new TextRefused(
                in.counter(), RefusalReason.of(in.u8()), Incident.decode(in), Duration.ofSeconds(in.u32()));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.counter(counter).u8(reason.code());
        incident.encode(out);
        out.u32(retryAfter.toSeconds());
    }
}
