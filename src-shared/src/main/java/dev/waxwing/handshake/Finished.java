package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** Protocol section 5.7. A length that is not the suite's shows when the value is compared. */
record Finished(Bytes verifyData) implements HandshakeMessage {

    static final int TYPE = 0x14;

    private static final int MAX_HASH = 48;

    static Finished decodeBody(Reader in) throws ProtocolException {
        if (in.remaining() > MAX_HASH) {
            throw ProtocolException.malformed("Finished of " + in.remaining() + " bytes");
        }
        return new Finished(in.bytes(in.remaining()));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.bytes(verifyData);
    }
}
