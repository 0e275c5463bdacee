package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * Answers a {@link RatchetRequest} (protocol section 10.2).
 *
 * @param status a DER OCSP response from the server, empty from a device
 */
record RatchetResponse(Bytes keyShare, Bytes status, Bytes signature) implements HandshakeMessage {

    static final int TYPE = 0x29;

    static RatchetResponse decodeBody(Reader in) throws ProtocolException {
        return new RatchetResponse(
                in.vec16(0, 0xFFFF), in.vec24(0, Certificate.MAX_STATUS), in.vec16(1, CertificateVerify.MAX_SIGNATURE));
    }

    /** What its signature covers of the message itself. */
    static Bytes signedPart(Bytes keyShare, Bytes status) {
        return Writer.growing(keyShare.size() + status.size() + 5)
                .vec16(keyShare)
                .vec24(status)
                .toBytes();
    }

    Bytes signedPart() {
        return signedPart(keyShare, status);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.bytes(signedPart()).vec16(signature);
    }
}
