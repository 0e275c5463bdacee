package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * A device asks for the successor of the certificate with which it opened the session (protocol section 16.1).
 *
 * @param early whether it is to be renewed although it is not due
 * @param request a PKCS#10 request in DER, 1 to {@value #MAX_REQUEST} bytes, for a new key and bound to the session
 */
public record RenewalRequest(boolean early, Bytes request) implements DeviceMessage {

    /** The largest request, in bytes. */
    public static final int MAX_REQUEST = 16_384;

    static final int TYPE = 0x20;

    public RenewalRequest {
        Limits.range("request size", request.size(), 1, MAX_REQUEST);
    }

    static RenewalRequest decodeBody(Reader in) throws ProtocolException {
        int early = in.u8();
        Limits.range("early", early, 0, 1);
        return new RenewalRequest(early == 1, in.vec24(1, MAX_REQUEST));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.u8(early ? 1 : 0).vec24(request);
    }
}
