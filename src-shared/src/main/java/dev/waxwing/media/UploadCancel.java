package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** The server is to discard what it holds of an upload that is not yet accepted (protocol section 13.3). */
public record UploadCancel(ItemId id) implements DeviceMessage {

    static final int TYPE = 0x15;

    static UploadCancel decodeBody(Reader in) throws ProtocolException {
        return new UploadCancel(ItemId.decode(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
    }
}
