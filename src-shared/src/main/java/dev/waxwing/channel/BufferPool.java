package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.recordlayer.RecordHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Buffers of one provider's kind that sessions borrow while they send or receive, so that an idle session holds none. They
 * come in three sizes, because memory grows with what has arrived and never with what was declared. Safe for many threads.
 */
final class BufferPool {

    private static final int KEPT = 128;

    /**
     * Small and medium together, held while one grows into the other, and the eight bytes in which an idle stream waits are the
     * 16 KiB that a connection may take before its ClientHello is whole.
     */
    private enum Size {
        SMALL(4_096),
        MEDIUM(12_280),
        LARGE(RecordHeader.MAX_RECORD);

        private final int bytes;

        Size(int bytes) {
            this.bytes = bytes;
        }
    }

    private final CryptoProvider crypto;
    private final BlockingQueue<ByteBuffer> small = new ArrayBlockingQueue<>(KEPT);
    private final BlockingQueue<ByteBuffer> medium = new ArrayBlockingQueue<>(KEPT);
    private final BlockingQueue<ByteBuffer> large = new ArrayBlockingQueue<>(KEPT);

    BufferPool(CryptoProvider crypto) {
        this.crypto = crypto;
    }

    /** An empty buffer of the smallest size. */
    ByteBuffer small() {
        return borrow(Size.SMALL);
    }

    /** An empty buffer for a whole record of any length. */
    ByteBuffer large() {
        return borrow(Size.LARGE);
    }

    /** An empty buffer of the smallest size that holds so many bytes. */
    ByteBuffer holding(int bytes) {
        for (Size size : Size.values()) {
            if (bytes <= size.bytes) {
                return borrow(size);
            }
        }
        throw new IllegalArgumentException("no record has " + bytes + " bytes");
    }

    /** The next size, with the remaining bytes of the given buffer, which goes back; both are in reading position. */
    ByteBuffer grow(ByteBuffer full) {
        ByteBuffer larger = holding(full.capacity() + 1);
        larger.put(full).flip();
        giveBack(full);
        return larger;
    }

    /** Every buffer is given back at most once. */
    void giveBack(ByteBuffer buffer) {
        for (Size size : Size.values()) {
            if (buffer.capacity() == size.bytes) {
                // A full pool leaves the buffer to the garbage collector.
                queue(size).offer(buffer);
            }
        }
    }

    private ByteBuffer borrow(Size size) {
        ByteBuffer buffer = queue(size).poll();
        return buffer == null ? crypto.allocate(size.bytes) : buffer.clear();
    }

    private BlockingQueue<ByteBuffer> queue(Size size) {
        return switch (size) {
            case SMALL -> small;
            case MEDIUM -> medium;
            case LARGE -> large;
        };
    }
}
