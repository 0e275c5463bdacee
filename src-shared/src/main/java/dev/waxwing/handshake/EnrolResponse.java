package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/**
 * Protocol section 5.9.
 *
 * @param chain DER, the device's own first, the root last
 */
record EnrolResponse(List<Bytes> chain) implements HandshakeMessage {

    static final int TYPE = 0x22;

    private static final int MIN_CERTIFICATES = 2;

    static EnrolResponse decodeBody(Reader in) throws ProtocolException {
        return new EnrolResponse(Fields.decodeChain(in, MIN_CERTIFICATES));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        Fields.encodeChain(out, chain);
    }
}
