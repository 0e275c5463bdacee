package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** The handshake messages of protocol sections 5 and 10. */
sealed interface HandshakeMessage
        permits ClientHello,
                ServerHello,
                EncryptedExtensions,
                CertificateRequest,
                Certificate,
                CertificateVerify,
                Finished,
                SessionAccept,
                EnrolRequest,
                EnrolResponse,
                KeyUpdate,
                RatchetRequest,
                RatchetResponse,
                RatchetFinish,
                RatchetDone {

    /** Bytes of type and length before the body. */
    int HEAD = 4;

    /** The code of the message's type. */
    int type();

    /** Writes the body, without type and length. */
    void encodeBody(Writer out);

    /** The whole message: type, length and body. */
    default Bytes encode() {
        Writer out = Writer.growing();
        out.u8(type()).vec24(this::encodeBody);
        return out.toBytes();
    }

    /** Decodes one whole message and moves the reader behind it. */
    static HandshakeMessage decode(Reader in) throws ProtocolException {
        int type = in.u8();
        Reader body = in.list24(0, Fields.MAX_VEC24);
        HandshakeMessage message = switch (type) {
            case ClientHello.TYPE -> ClientHello.decodeBody(body);
            case ServerHello.TYPE -> ServerHello.decodeBody(body);
            case EncryptedExtensions.TYPE -> EncryptedExtensions.decodeBody(body);
            case CertificateRequest.TYPE -> CertificateRequest.decodeBody(body);
            case Certificate.TYPE -> Certificate.decodeBody(body);
            case CertificateVerify.TYPE -> CertificateVerify.decodeBody(body);
            case Finished.TYPE -> Finished.decodeBody(body);
            case SessionAccept.TYPE -> SessionAccept.decodeBody(body);
            case EnrolRequest.TYPE -> EnrolRequest.decodeBody(body);
            case EnrolResponse.TYPE -> EnrolResponse.decodeBody(body);
            case KeyUpdate.TYPE -> KeyUpdate.decodeBody(body);
            case RatchetRequest.TYPE -> RatchetRequest.decodeBody(body);
            case RatchetResponse.TYPE -> RatchetResponse.decodeBody(body);
            case RatchetFinish.TYPE -> RatchetFinish.decodeBody(body);
            case RatchetDone.TYPE -> RatchetDone.decodeBody(body);
            default -> throw ProtocolException.malformed("handshake type " + type);
        };
        body.end();
        return message;
    }
}
