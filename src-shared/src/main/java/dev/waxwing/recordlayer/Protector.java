package dev.waxwing.recordlayer;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of one direction, in place (protocol section 3). It starts in epoch 0, plain. Guarded by its owner's
 * write lock; any thread may ask for the epoch and what its key has protected.
 */
public final class Protector implements AutoCloseable {

    /** How many bytes a record buffer needs before and behind its content. */
    public static final int HEAD = RecordHeader.SIZE + Suite.MAX_PREFIX;

    public static final int TAIL = 1 + Suite.MAX_SUFFIX;

    private final Direction direction;
    private final int maxRecords;
    private volatile @Nullable Epoch epoch;

    public Protector(Direction direction) {
        this(direction, Epoch.MAX_RECORDS);
    }

    Protector(Direction direction, int maxRecords) {
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
        record.limit(record.limit() + 1).put(record.limit() - 1, (byte) type.code());
        int content = record.position() + HEAD;
        if (epoch == null) {
            record.position(content - RecordHeader.SIZE);
            new RecordHeader(0, record.remaining() - RecordHeader.SIZE).put(record, record.position());
            return;
        }
        Suite suite = epoch.suite();
        fill(record, content, suite.block());
        int payload = content - suite.prefix();
        RecordHeader header = new RecordHeader(epoch.number(), record.limit() - payload + suite.tagLength());
        header.put(record, payload - RecordHeader.SIZE);
        epoch.seal(header, record.position(payload));
        record.position(payload - RecordHeader.SIZE);
    }

    /** Zeros to a multiple of the block: padding that the receiver strips like any other. */
    private static void fill(ByteBuffer record, int inner, int block) {
        int filled = inner + Math.ceilDiv(record.limit() - inner, block) * block;
        int end = record.limit();
        record.limit(filled);
        for (int i = end; i < filled; i++) {
            record.put(i, (byte) 0);
        }
    }

    /** Wipes the key. */
    @Override
    public void close() {
        if (epoch != null) {
            epoch.close();
        }
    }
}
