package dev.waxwing.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Writes the value types of protocol section 1, into memory of its own that grows or straight into a given buffer. A
 * value out of its type's range is a bug of the caller and unchecked. Owned by one thread.
 */
public final class Writer {

    private final boolean grows;
    private ByteBuffer out;

    private Writer(ByteBuffer out, boolean grows) {
        this.out = out;
        this.grows = grows;
    }

    /** Writes into memory that grows from the given size in bytes. */
    public static Writer growing(int size) {
        return new Writer(ByteBuffer.allocate(Math.max(16, size)), true);
    }

    public static Writer growing() {
        return growing(256);
    }

    /**
     * Writes at the buffer's position and moves it.
     *
     * <p>Running past the buffer's limit throws {@link java.nio.BufferOverflowException}.
     */
    public static Writer into(ByteBuffer buffer) {
        if (buffer.order() != ByteOrder.BIG_ENDIAN) {
            throw new IllegalArgumentException("the wire is big-endian");
        }
        return new Writer(buffer, false);
    }

    public Writer u8(int value) {
        fits(value, 0xFF);
        room(1).put((byte) value);
        return this;
    }

    public Writer u16(int value) {
        fits(value, 0xFFFF);
        room(2).putShort((short) value);
        return this;
    }

    public Writer u24(int value) {
        fits(value, 0xFF_FFFF);
        room(3).put((byte) (value >>> 16)).putShort((short) value);
        return this;
    }

    public Writer u32(long value) {
        fits(value, 0xFFFF_FFFFL);
        room(4).putInt((int) value);
        return this;
    }

    /** All 64 bits as they are. For numbers use {@link #counter(long)}. */
    public Writer u64(long value) {
        room(8).putLong(value);
        return this;
    }

    /** A u64 from 0 to 2^53 − 1. */
    public Writer counter(long value) {
        fits(value, Reader.MAX_COUNTER);
        return u64(value);
    }

    /** A time, as u64 milliseconds since 1970. */
    public Writer instant(Instant value) {
        return counter(value.toEpochMilli());
    }

    public Writer bytes(Bytes value) {
        value.putInto(room(value.size()));
        return this;
    }

    /** The bytes from {@code from}, inclusive, to {@code to}, exclusive. */
    public Writer bytes(Bytes value, int from, int to) {
        value.putInto(room(to - from), from, to);
        return this;
    }

    public Writer bytes(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    /** The remaining bytes of the buffer, whose position does not move. */
    public Writer bytes(ByteBuffer value) {
        room(value.remaining()).put(value.duplicate());
        return this;
    }

    public Writer zeros(int n) {
        return bytes(new byte[n]);
    }

    public Writer vec8(Bytes value) {
        return u8(value.size()).bytes(value);
    }

    public Writer vec16(Bytes value) {
        return u16(value.size()).bytes(value);
    }

    public Writer vec24(Bytes value) {
        return u24(value.size()).bytes(value);
    }

    public Writer text8(String value) {
        return vec8(utf8(value));
    }

    public Writer text16(String value) {
        return vec16(utf8(value));
    }

    public Writer text24(String value) {
        return vec24(utf8(value));
    }

    /** A {@code vec8} of whatever the content writes. */
    public Writer vec8(Consumer<Writer> content) {
        return vec(1, content);
    }

    /** A {@code vec16} of whatever the content writes. */
    public Writer vec16(Consumer<Writer> content) {
        return vec(2, content);
    }

    /** A {@code vec24} of whatever the content writes. */
    public Writer vec24(Consumer<Writer> content) {
        return vec(3, content);
    }

    /** How many bytes this writer's memory holds; for a given buffer, its position. */
    public int position() {
        return out.position();
    }

    /** A copy of all that was written into memory of the writer's own. */
    public Bytes toBytes() {
        return Bytes.copyOf(written());
    }

    /** The same without a copy if the memory is just full, as it is when its size was known; nothing may be written after it. */
    public Bytes finish() {
        return grows && !out.hasRemaining() ? Bytes.adopt(out.array()) : toBytes();
    }

    /** All that was written into memory of the writer's own, as it lies there: valid until the next write. */
    public ByteBuffer written() {
        requireOwnMemory();
        return out.duplicate().flip();
    }

    /** Forgets what was written into memory of the writer's own, which is used again. */
    public void clear() {
        requireOwnMemory();
        out.clear();
    }

    private Writer vec(int lengthBytes, Consumer<Writer> content) {
        int head = out.position();
        int start = head + lengthBytes;
        room(lengthBytes).position(start);
        content.accept(this);
        int length = out.position() - start;
        fits(length, (1L << 8 * lengthBytes) - 1);
        for (int i = 0; i < lengthBytes; i++) {
            out.put(head + i, (byte) (length >>> 8 * (lengthBytes - 1 - i)));
        }
        return this;
    }

    private ByteBuffer room(int n) {
        if (grows && out.remaining() < n) {
            int size = Math.max(Math.addExact(out.position(), n), 2 * out.capacity());
            out = ByteBuffer.allocate(size).put(out.flip());
        }
        return out;
    }

    private void requireOwnMemory() {
        if (!grows) {
            throw new IllegalStateException("the bytes are in the buffer that was given");
        }
    }

    private static Bytes utf8(String value) {
        return Bytes.adopt(value.getBytes(StandardCharsets.UTF_8));
    }

    private static void fits(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(value + " is not within 0 to " + max);
        }
    }
}
