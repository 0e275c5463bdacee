package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** Protocol section 5.6. */
record CertificateVerify(int scheme, Bytes signature) implements HandshakeMessage {

    static final int TYPE = 0x0F;

    static final int MAX_SIGNATURE = 1_024;

    static CertificateVerify decodeBody(Reader in) throws ProtocolException {
        return new CertificateVerify(in.u16(), in.vec16(1, MAX_SIGNATURE));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.u16(scheme).vec16(signature);
    }
}
