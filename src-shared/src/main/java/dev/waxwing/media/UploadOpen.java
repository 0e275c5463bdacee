package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;

/**
 * Opens an upload, or opens it again (protocol section 13.3). Media type and name are what the device claims: the name is
 * for display (see {@link SafeName}) and never a path.
 *
 * @param counter 1 to 2^53 − 1
 * @param size in bytes, 0 to 2^53 − 1
 * @param capturedAt by the device's clock, in milliseconds, years 1970 to 9999
 * @param restart whether the server is to discard what it holds
 * @param mediaType 1 to {@value #MAX_MEDIA_TYPE} printable ASCII characters
 * @param name 1 to {@value #MAX_NAME} bytes of UTF-8
 */
public record UploadOpen(
        ItemId id, long counter, long size, Instant capturedAt, boolean restart, String mediaType, String name)
        implements DeviceMessage {

    /** The longest media type, in characters. */
    public static final int MAX_MEDIA_TYPE = 127;

    /** The longest name, in bytes of UTF-8. */
    public static final int MAX_NAME = 4_096;

    static final int TYPE = 0x10;

    public UploadOpen {
        Limits.counter(counter);
        Limits.range("size", size, 0, Reader.MAX_COUNTER);
        Limits.capturedAt(capturedAt);
        Limits.range("media type size", mediaType.length(), 1, MAX_MEDIA_TYPE);
        if (!mediaType.chars().allMatch(c -> c >= 0x20 && c <= 0x7E)) {
            throw new IllegalArgumentException("a media type that is not printable ASCII");
        }
        Limits.utf8("name", name, 1, MAX_NAME);
    }

    static UploadOpen decodeBody(Reader in) throws ProtocolException {
        return new UploadOpen(
                ItemId.decode(in),
                in.counter(),
                in.counter(),
                in.instant(),
                in.u8(0, 1) == 1,
                in.text8(1, MAX_MEDIA_TYPE),
                in.text16(1, MAX_NAME));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.counter(counter)
                .counter(size)
                .instant(capturedAt)
                .u8(restart ? 1 : 0)
                .text8(mediaType)
                .text16(name);
    }
}
