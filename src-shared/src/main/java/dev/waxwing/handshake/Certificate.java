package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/**
 * Protocol section 5.5.
 *
 * @param chain DER, the sender's own first
 * @param status a DER OCSP response from the server, empty from a device
 */
record Certificate(List<Bytes> chain, Bytes status, List<Extension> extensions) implements HandshakeMessage {

    static final int TYPE = 0x0B;

    static final int MAX_STATUS = 16_384;

    static Certificate decodeBody(Reader in) throws ProtocolException {
        return new Certificate(Fields.decodeChain(in, 1), in.vec24(0, MAX_STATUS), Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        Fields.encodeChain(out, chain);
        out.vec24(status);
        Extension.encodeAll(out, extensions);
    }
}
