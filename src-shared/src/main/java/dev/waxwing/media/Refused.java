package dev.waxwing.media;

import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Duration;

/**
 * The server did not take an upload or a group of texts (protocol section 13.4).
 *
 * @param id of the upload or the group
 * @param incident names the refusal in the server's audit log
 * @param retryAfter whole seconds, zero for no advice
 */
public record Refused(ItemId id, RefusalReason reason, Incident incident, Duration retryAfter)
        implements ServerMessage {

    static final int TYPE = 0x06;

    public Refused {
        Limits.retryAfter(retryAfter);
    }

    static Refused decodeBody(Reader in) throws ProtocolException {
        return new Refused(
                ItemId.decode(in), RefusalReason.of(in.u8()), Incident.decode(in), Duration.ofSeconds(in.u32()));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.u8(reason.code());
        incident.encode(out);
        out.u32(retryAfter.toSeconds());
    }
}
