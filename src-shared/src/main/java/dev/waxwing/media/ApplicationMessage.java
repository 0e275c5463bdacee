package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.function.Consumer;

/**
 * An application message (protocol section 13): {@code type u8 | length u24 | body}. The content of an application record
 * is one or more of them, each whole; read it with {@code while (in.hasRemaining())}.
 *
 * <p>Every message checks its own ranges when it is made and then throws {@link IllegalArgumentException}; decoding turns
 * that into a {@link ProtocolException}.
 */
public sealed interface ApplicationMessage permits DeviceMessage, ServerMessage {

    /** Type and length: what stands before each body, in bytes. */
    int HEAD_BYTES = 4;

    /** The largest manifest, in bytes (section 13.4). */
    int MAX_MANIFEST = 16_384;

    /** The largest receipt, in bytes (section 13.4). */
    int MAX_RECEIPT = 4_096;

    /** The largest detached signature, in bytes (section 13.4). */
    int MAX_SIGNATURE = 8_192;

    /** The wire type, {@code 0x01} to {@code 0x22}. */
    int type();

    /** Writes the body, without type and length. */
    void encodeBody(Writer out);

    /** Writes the whole message. */
    default void encode(Writer out) {
        Consumer<Writer> body = this::encodeBody;
        out.u8(type()).vec24(body);
    }

    /**
     * Reads one whole message of either direction and leaves the reader behind it. {@link DeviceMessage#decode} and
     * {@link ServerMessage#decode} also refuse messages that the peer must not send.
     */
    static ApplicationMessage decode(Reader in) throws ProtocolException {
        int type = in.u8();
        Reader body = in.list24(0, in.remaining());
        try {
            ApplicationMessage message = decode(type, body);
            body.end();
            return message;
        } catch (IllegalArgumentException e) {
            throw ProtocolException.malformed("message " + Integer.toHexString(type) + ": " + e.getMessage());
        }
    }

    private static ApplicationMessage decode(int type, Reader body) throws ProtocolException {
        return switch (type) {
            case Text.TYPE -> Text.decodeBody(body);
            case TextAck.TYPE -> TextAck.decodeBody(body);
            case TextRefused.TYPE -> TextRefused.decodeBody(body);
            case TextSeal.TYPE -> TextSeal.decodeBody(body);
            case ReceiptMessage.TYPE -> ReceiptMessage.decodeBody(body);
            case Refused.TYPE -> Refused.decodeBody(body);
            case CertificateQuery.TYPE -> new CertificateQuery();
            case CertificateAnswer.TYPE -> CertificateAnswer.decodeBody(body);
            case RootListQuery.TYPE -> new RootListQuery();
            case RootListAnswer.TYPE -> RootListAnswer.decodeBody(body);
            case UploadOpen.TYPE -> UploadOpen.decodeBody(body);
            case UploadReady.TYPE -> UploadReady.decodeBody(body);
            case UploadData.TYPE -> UploadData.decodeBody(body);
            case UploadAck.TYPE -> UploadAck.decodeBody(body);
            case UploadSeal.TYPE -> UploadSeal.decodeBody(body);
            case UploadCancel.TYPE -> UploadCancel.decodeBody(body);
            case RenewalRequest.TYPE -> RenewalRequest.decodeBody(body);
            case RenewalAnswer.TYPE -> RenewalAnswer.decodeBody(body);
            case RenewalRefused.TYPE -> RenewalRefused.decodeBody(body);
            default -> throw ProtocolException.malformed("unknown message type " + Integer.toHexString(type));
        };
    }
}
