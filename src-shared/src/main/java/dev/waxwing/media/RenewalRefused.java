package dev.waxwing.media;

import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Duration;

/**
 * The server does not make the certificate that a device asked for (protocol section 16.1).
 *
 * @param incident names the refusal in the server's audit log
 * @param retryAfter whole seconds, zero for no advice
 */
public record RenewalRefused(RefusalReason reason, Incident incident, Duration retryAfter) implements ServerMessage {

    static final int TYPE = 0x22;

    public RenewalRefused {
        Limits.retryAfter(retryAfter);
    }

    static RenewalRefused decodeBody(Reader in) throws ProtocolException {
        return new RenewalRefused(RefusalReason.of(in.u8()), Incident.decode(in), Duration.ofSeconds(in.u32()));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.u8(reason.code());
        incident.encode(out);
        out.u32(retryAfter.toSeconds());
    }
}
