package dev.waxwing.channel;

import dev.waxwing.recordlayer.Protector;
import java.nio.ByteBuffer;

/**
 * A pooled buffer to fill with one or more whole application messages, then to {@link SecureChannel#send send} or to
 * {@link #discard}. Owned by the thread that fills it.
 */
public final class OutgoingRecord {

    private final BufferPool pool;
    private final ByteBuffer memory;
    private final ByteBuffer content;
    private boolean spent;

    OutgoingRecord(BufferPool pool, int maxContent) {
        this.pool = pool;
        this.memory = pool.large();
        this.content = memory.slice(Protector.HEAD, maxContent);
    }

    /** Where the messages go: from position 0, as many bytes as the peer takes in one record. */
    public ByteBuffer buffer() {
        if (spent) {
            throw new IllegalStateException("this record was sent or discarded");
        }
        return content;
    }

    /** Gives the buffer back unsent; does nothing after a send. */
    public void discard() {
        if (!spent) {
            spent = true;
            pool.giveBack(memory);
        }
    }

    /** The content with room for a header before it and a tag behind it; the record is spent. */
    ByteBuffer take() {
        int length = buffer().position();
        spent = true;
        return memory.clear().limit(Protector.HEAD + length);
    }
}
