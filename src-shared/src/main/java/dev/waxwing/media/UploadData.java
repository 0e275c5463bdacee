package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.nio.ByteBuffer;

/**
 * A piece of an upload (protocol section 13.3).
 *
 * <p>Nothing is copied: a decoded message's data lies in the record it came in and is valid only as long as that is. To
 * send a file, write the head with {@link #writeHead} into a record's buffer and read the file's bytes straight behind it.
 *
 * @param offset of the first byte, 0 to 2^53 − 1
 * @param data its remaining bytes, 1 to {@value #MAX_DATA}
 */
public record UploadData(ItemId id, long offset, ByteBuffer data) implements DeviceMessage {

    /** The most data in one message, in bytes. */
    public static final int MAX_DATA = 65_536;

    /** What {@link #writeHead} writes, in bytes: type, length, id and offset. */
    public static final int HEAD_SIZE = HEAD_BYTES + ItemId.SIZE + Long.BYTES;

    static final int TYPE = 0x12;

    public UploadData {
        Limits.offset(offset);
        Limits.offset(offset + data.remaining());
        Limits.range("data size", data.remaining(), 1, MAX_DATA);
    }

    /**
     * Writes everything of a message but its data, at the buffer's position, and moves that by {@link #HEAD_SIZE}.
     *
     * @param size how many bytes of data will follow, 1 to {@value #MAX_DATA}
     */
    public static void writeHead(ByteBuffer record, ItemId id, long offset, int size) {
        Limits.offset(offset);
        Limits.range("data size", size, 1, MAX_DATA);
        Writer out = Writer.into(record);
        out.u8(TYPE).u24(ItemId.SIZE + Long.BYTES + size);
        id.encode(out);
        out.counter(offset);
    }

    static UploadData decodeBody(Reader in) throws ProtocolException {
        return new UploadData(ItemId.decode(in), in.counter(), in.slice(in.remaining()));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        id.encode(out);
        out.counter(offset).bytes(data);
    }
}
