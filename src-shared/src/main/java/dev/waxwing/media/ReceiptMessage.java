package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * Receipt: an upload or a group of texts is accepted, with the server's signed word for it (protocol section 13.4).
 *
 * @param id of the upload or the group
 * @param receipt 1 to {@value ApplicationMessage#MAX_RECEIPT} bytes
 * @param signature 1 to {@value ApplicationMessage#MAX_SIGNATURE} bytes
 */
public record ReceiptMessage(ItemId id, Bytes receipt, Bytes signature) implements ServerMessage {

    static final int TYPE = 0x05;

    public ReceiptMessage {
        Limits.range("receipt size", receipt.size(), 1, MAX_RECEIPT);
        Limits.signature(signature);
    }

    static ReceiptMessage decodeBody(Reader in) throws ProtocolException {
        return new ReceiptMessage(ItemId.decode(in), in.vec24(1, MAX_RECEIPT), in.vec24(1, MAX_SIGNATURE));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.vec24(receipt).vec24(signature);
    }
}
