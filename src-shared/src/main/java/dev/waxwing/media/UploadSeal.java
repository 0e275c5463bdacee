package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * Ends an upload with its signed manifest (protocol section 13.3).
 *
 * @param manifest 1 to {@value ApplicationMessage#MAX_MANIFEST} bytes
 * @param signature 1 to {@value ApplicationMessage#MAX_SIGNATURE} bytes
 */
public record UploadSeal(ItemId id, Bytes manifest, Bytes signature) implements DeviceMessage {

    static final int TYPE = 0x14;

    public UploadSeal {
        Limits.manifest(manifest);
        Limits.signature(signature);
    }

    static UploadSeal decodeBody(Reader in) throws ProtocolException {
        return new UploadSeal(ItemId.decode(in), in.vec24(1, MAX_MANIFEST), in.vec24(1, MAX_SIGNATURE));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.vec24(manifest).vec24(signature);
    }
}
