package dev.waxwing.recordlayer;

import dev.waxwing.crypto.Aead;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of one direction, in place (protocol section 3). It starts in epoch 0, plain. Guarded by its owner's
 * write lock.
 */
public final class Protector implements AutoCloseable {

    /** How many bytes a record buffer needs before and behind its content. */
    public static final int HEAD = RecordHeader.SIZE;

    public static final int TAIL = 1 + Aead.TAG_LENGTH;

    private final Direction direction;
    private final long maxRecords;
    private @Nullable Epoch epoch;

    public Protector(Direction direction) {
        this(direction, Epoch.MAX_RECORDS);
    }

    Protector(Direction direction, long maxRecords) {
        this.direction = direction;
        this.maxRecords = maxRecords;
    }

    /** Changes to the next key; the old one is wiped. */
    public void change(int number, SessionId session, Aead aead) {
        close();
        epoch = new Epoch(number, direction, session, aead, maxRecords);
    }

    public int epoch() {
        return epoch == null ? 0 : epoch.number();
    }

    /** How many records the current key has protected. */
    public long records() {
        return epoch == null ? 0 : epoch.records();
    }

    /** How many more records the current key may protect. */
    public long recordsLeft() {
        return epoch == null ? Long.MAX_VALUE : epoch.recordsLeft();
    }

    /**
     * Makes content into a record.
     *
     * @param record {@link #HEAD} bytes to fill, then the content, from its position to its limit; its capacity has
     *     {@link #TAIL} bytes more. Afterwards it spans the whole record.
     */
    public void protect(ContentType type, ByteBuffer record) {
        int start = record.position();
        record.limit(record.limit() + 1).put(record.limit() - 1, (byte) type.code());
        int inner = record.remaining() - HEAD;
        if (epoch == null) {
            new RecordHeader(0, inner).put(record, start);
            return;
        }
        RecordHeader header = new RecordHeader(epoch.number(), inner + Aead.TAG_LENGTH);
        header.put(record, start);
        record.position(start + HEAD);
        epoch.seal(header, record);
        record.position(start);
    }

    /** Wipes the key. */
    @Override
    public void close() {
        if (epoch != null) {
            epoch.close();
        }
    }
}
