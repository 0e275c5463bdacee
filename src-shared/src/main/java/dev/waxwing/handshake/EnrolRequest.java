package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** Protocol section 5.9. The token is a secret, so this record never prints it. */
record EnrolRequest(Bytes token, Bytes request) implements HandshakeMessage {

    static final int TYPE = 0x21;
    static final int TOKEN = 16;

    private static final int MAX_REQUEST = 16_384;

    static EnrolRequest decodeBody(Reader in) throws ProtocolException {
        return new EnrolRequest(in.bytes(TOKEN), in.vec24(1, MAX_REQUEST));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.bytes(token).vec24(request);
    }

    @Override
    public String toString() {
        return "EnrolRequest";
    }
}
