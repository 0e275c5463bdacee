package dev.waxwing.recordlayer;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.nio.ByteBuffer;

/**
 * The head of a record and the sizes of what follows (protocol sections 3.1 and 3.2).
 *
 * <pre>
 *  0      1      2                    5                    8
 * ┌──────┬──────┬────────────────────┬────────────────────┬───────────────────
 * │ 0xD5 │ type │ epoch u24          │ length u24         │ payload (length bytes)
 * └──────┴──────┴────────────────────┴────────────────────┴───────────────────
 * </pre>
 *
 * @param epoch 0 for a plain record, 1 or more for a protected one
 * @param length of the payload in bytes
 */
public record RecordHeader(int epoch, int length) {

    /** The first byte of every record. */
    public static final int MAGIC = 0xD5;

    public static final int SIZE = 8;

    /** The largest content in bytes: 64 KiB of file and its message header. */
    public static final int MAX_CONTENT = 66_048;

    /** The largest inner form in bytes: content, type and padding. */
    static final int MAX_INNER = 66_304;

    /** The largest record of any suite in bytes, header and all. */
    public static final int MAX_RECORD = SIZE + 66_352;

    private static final int PLAIN = 0x01;
    private static final int PROTECTED = 0x02;
    private static final int MAX_PLAIN = MAX_CONTENT + 1;
    private static final int MIN_PROTECTED = 17;
    private static final int MAX_PROTECTED = MAX_RECORD - SIZE;

    /** Decodes a header from the buffer's remaining bytes; its position does not move. What the suite has to say to its length is for {@link Opener#check}. */
    public static RecordHeader decode(ByteBuffer buffer) throws ProtocolException {
        Reader in = Reader.of(buffer);
        in.u8(MAGIC, MAGIC);
        int type = in.u8(PLAIN, PROTECTED);
        int epoch = in.u24();
        if (epoch == 0 != (type == PLAIN)) {
            throw ProtocolException.malformed("record type " + type + " in epoch " + epoch);
        }
        int length = type == PLAIN ? in.u24(1, MAX_PLAIN) : in.u24(MIN_PROTECTED, MAX_PROTECTED);
        return new RecordHeader(epoch, length);
    }

    /** Writes the header's eight bytes at the index. */
    void put(ByteBuffer buffer, int index) {
        buffer.putLong(index, encoded());
    }

    /** The header's eight bytes as one big-endian number. */
    long encoded() {
        long type = epoch == 0 ? PLAIN : PROTECTED;
        return (long) MAGIC << 56 | type << 48 | (long) epoch << 24 | length;
    }
}
