package dev.waxwing.wire;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The one thing an end says before it gives up: 32 bytes (protocol section 11.1).
 *
 * @param code what kind of failure
 * @param incident names the refusal in the audit log; {@link Incident#NONE} from a device
 * @param retryAfter whole seconds, zero for no advice, at most 2^32 − 1
 */
public record Alert(AlertCode code, Incident incident, Duration retryAfter) {

    /** Every alert has this many bytes. */
    public static final int SIZE = 32;

    private static final int FILLING = 19;

    public Alert {
        if (retryAfter.isNegative() || retryAfter.toSeconds() > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("retryAfter out of range: " + retryAfter);
        }
        retryAfter = Duration.ofSeconds(retryAfter.toSeconds());
    }

    /** An alert without advice on when to come back. */
    public Alert(AlertCode code, Incident incident) {
        this(code, incident, Duration.ZERO);
    }

    public Bytes encode() {
        Writer out = Writer.growing(SIZE);
        out.u8(code.wire());
        incident.encode(out);
        out.u32(retryAfter.toSeconds());
        out.zeros(FILLING);
        return out.toBytes();
    }

    /** Decodes the whole content of an alert record. */
    public static Alert decode(ByteBuffer content) throws ProtocolException {
        Reader in = Reader.of(content);
        AlertCode code = AlertCode.of(in.u8());
        Incident incident = Incident.decode(in);
        Duration retryAfter = Duration.ofSeconds(in.u32());
        for (int i = 0; i < FILLING; i++) {
            if (in.u8() != 0) {
                throw ProtocolException.malformed("alert is not filled with zeros");
            }
        }
        in.end();
        return new Alert(code, incident, retryAfter);
    }
}
