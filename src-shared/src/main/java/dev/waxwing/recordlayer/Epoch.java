package dev.waxwing.recordlayer;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.SessionId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.crypto.AEADBadTagException;

/** One key of one direction and the sequence of its records (protocol section 3.3). */
final class Epoch implements AutoCloseable {

    /** How many records one key may protect (protocol section 3.5). */
    static final int MAX_RECORDS = 1 << 22;

    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int SEQUENCE = RecordHeader.SIZE + 1;
    private static final int SESSION_ID = SEQUENCE + Long.BYTES;
    private static final int SUITE = SESSION_ID + SessionId.SIZE;
    private static final int SIZE = SUITE + Short.BYTES;

    private final int number;
    private final Aead aead;
    private final int maxRecords;
    private final byte[] additionalData = new byte[SIZE];
    private volatile long sequence;

    Epoch(int number, Direction direction, SessionId session, Aead aead, int maxRecords) {
        this.number = number;
        this.aead = aead;
        this.maxRecords = maxRecords;
        ByteBuffer.wrap(additionalData)
                .put(RecordHeader.SIZE, direction.code())
                .put(SESSION_ID, session.value().toArray())
                .putShort(SUITE, (short) aead.suite().code());
    }

    int number() {
        return number;
    }

    Suite suite() {
        return aead.suite();
    }

    /** Whether a payload of this suite can have this length (protocol section 3.1). */
    boolean fits(int payload) {
        int ciphertext = payload - suite().prefix() - suite().tagLength();
        return ciphertext >= 1 && ciphertext <= RecordHeader.MAX_INNER && ciphertext % suite().block() == 0;
    }

    /** How many records were sealed or opened. */
    long records() {
        return sequence;
    }

    /** How many more records the key may protect. */
    long recordsLeft() {
        return maxRecords - sequence;
    }

    boolean isSpent() {
        return recordsLeft() <= 0;
    }

    void seal(RecordHeader header, ByteBuffer text) {
        if (isSpent()) {
            throw new IllegalStateException("the key of epoch " + number + " is used up");
        }
        aead.seal(sequence, additionalData(header), text);
        sequence++;
    }

    void open(RecordHeader header, ByteBuffer payload) throws AEADBadTagException {
        aead.open(sequence, additionalData(header), payload);
        sequence++;
    }

    @Override
    public void close() {
        aead.close();
    }

    private byte[] additionalData(RecordHeader header) {
        U64.set(additionalData, 0, header.encoded());
        U64.set(additionalData, SEQUENCE, sequence);
        return additionalData;
    }
}
