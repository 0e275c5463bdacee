package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** The initiator's signature; its next record is under its next key (protocol section 10.2). */
record RatchetFinish(Bytes signature) implements HandshakeMessage {

    static final int TYPE = 0x2A;

    static RatchetFinish decodeBody(Reader in) throws ProtocolException {
        return new RatchetFinish(in.vec16(1, CertificateVerify.MAX_SIGNATURE));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.vec16(signature);
    }
}
