package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * Begins a ratchet (protocol section 10.2).
 *
 * @param number 1 for the first ratchet of a session
 * @param status a DER OCSP response from the server, empty from a device
 */
record RatchetRequest(long number, Bytes keyShare, Bytes status) implements HandshakeMessage {

    static final int TYPE = 0x28;

    static RatchetRequest decodeBody(Reader in) throws ProtocolException {
        return new RatchetRequest(in.u32(), in.vec16(0, 0xFFFF), in.vec24(0, Certificate.MAX_STATUS));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.u32(number).vec16(keyShare).vec24(status);
    }
}
