package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * The server takes an upload from an offset on (protocol section 13.3).
 *
 * @param offset how many bytes the server holds, 0 to 2^53 − 1
 * @param prefixSha256 of these bytes
 * @param window how many bytes may be sent beyond the last acknowledged offset, {@value #MIN_WINDOW} to
 *     {@value #MAX_WINDOW}
 */
public record UploadReady(ItemId id, long offset, Bytes prefixSha256, long window) implements ServerMessage {

    public static final long MIN_WINDOW = 65_536;
    public static final long MAX_WINDOW = 1L << 30;

    static final int TYPE = 0x11;

    private static final int SHA256 = 32;

    public UploadReady {
        Limits.offset(offset);
        Limits.range("hash size", prefixSha256.size(), SHA256, SHA256);
        Limits.range("window", window, MIN_WINDOW, MAX_WINDOW);
    }

    static UploadReady decodeBody(Reader in) throws ProtocolException {
        return new UploadReady(ItemId.decode(in), in.counter(), in.bytes(SHA256), in.u32());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.counter(offset).bytes(prefixSha256).u32(window);
    }
}
