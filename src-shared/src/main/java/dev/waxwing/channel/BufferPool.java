package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.recordlayer.RecordHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Buffers of one provider's kind that sessions borrow while they send or receive, so that an idle session holds none.
 * Two sizes: small ones for what has only begun to arrive, large ones for a whole record. Safe for many threads.
 */
final class BufferPool {

    static final int SMALL = 4_096;
    static final int LARGE = RecordHeader.MAX_RECORD;

    private static final int KEPT = 128;

    private final CryptoProvider crypto;
    private final BlockingQueue<ByteBuffer> small = new ArrayBlockingQueue<>(KEPT);
    private final BlockingQueue<ByteBuffer> large = new ArrayBlockingQueue<>(KEPT);

    BufferPool(CryptoProvider crypto) {
        this.crypto = crypto;
    }

    /** An empty buffer of {@link #SMALL} bytes. */
    ByteBuffer small() {
        return borrow(small, SMALL);
    }

    /** An empty buffer of {@link #LARGE} bytes. */
    ByteBuffer large() {
        return borrow(large, LARGE);
    }

    /** Every buffer is given back at most once. */
    void giveBack(ByteBuffer buffer) {
        (buffer.capacity() == SMALL ? small : large).offer(buffer);
    }

    private ByteBuffer borrow(BlockingQueue<ByteBuffer> kept, int size) {
        ByteBuffer buffer = kept.poll();
        return buffer == null ? crypto.allocate(size) : buffer.clear();
    }
}
