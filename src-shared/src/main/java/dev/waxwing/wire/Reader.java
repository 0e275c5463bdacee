package dev.waxwing.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;

/**
 * Reads the value types of protocol section 1 from a bounded piece of memory. Every failure is a
 * {@link ProtocolException}; lengths are checked before memory is taken. Ranges are inclusive. Owned by one thread.
 */
public final class Reader {

    /** The largest u64 that stands for a counter, a size, an offset or a time: 2^53 − 1. */
    public static final long MAX_COUNTER = (1L << 53) - 1;

    private final ByteBuffer in;

    private Reader(ByteBuffer in) {
        this.in = in;
    }

    /** Reads the remaining bytes of the buffer; its own position does not move. */
    public static Reader of(ByteBuffer buffer) {
        return new Reader(buffer.slice().order(ByteOrder.BIG_ENDIAN));
    }

    public static Reader of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    public static Reader of(Bytes bytes) {
        return of(bytes.asByteBuffer());
    }

    public int u8() throws ProtocolException {
        need(1);
        return Byte.toUnsignedInt(in.get());
    }

    public int u16() throws ProtocolException {
        need(2);
        return Short.toUnsignedInt(in.getShort());
    }

    public int u24() throws ProtocolException {
        need(3);
        return Byte.toUnsignedInt(in.get()) << 16 | Short.toUnsignedInt(in.getShort());
    }

    public long u32() throws ProtocolException {
        need(4);
        return Integer.toUnsignedLong(in.getInt());
    }

    /** All 64 bits as they are. For numbers use {@link #counter()}. */
    public long u64() throws ProtocolException {
        need(8);
        return in.getLong();
    }

    /** A u64 that must survive a JSON number: 0 to {@link #MAX_COUNTER}. */
    public long counter() throws ProtocolException {
        return counter(0, MAX_COUNTER);
    }

    public int u8(int min, int max) throws ProtocolException {
        return (int) within(u8(), min, max);
    }

    public int u16(int min, int max) throws ProtocolException {
        return (int) within(u16(), min, max);
    }

    public int u24(int min, int max) throws ProtocolException {
        return (int) within(u24(), min, max);
    }

    public long u32(long min, long max) throws ProtocolException {
        return within(u32(), min, max);
    }

    public long counter(long min, long max) throws ProtocolException {
        return within(u64(), min, Math.min(max, MAX_COUNTER));
    }

    /** A time, u64 milliseconds since 1970. */
    public Instant instant() throws ProtocolException {
        return Instant.ofEpochMilli(counter());
    }

    /** {@code opaque[n]}: a copy. */
    public Bytes bytes(int n) throws ProtocolException {
        return Bytes.adopt(array(n));
    }

    /** {@code opaque[n]} as an array of its own, for secrets that will be wiped. */
    public byte[] array(int n) throws ProtocolException {
        need(n);
        byte[] copy = new byte[n];
        in.get(copy);
        return copy;
    }

    /** {@code opaque[n]} without a copy: valid as long as the memory under this reader is. */
    public ByteBuffer slice(int n) throws ProtocolException {
        need(n);
        ByteBuffer slice = in.slice(in.position(), n);
        in.position(in.position() + n);
        return slice;
    }

    public Bytes vec8(int min, int max) throws ProtocolException {
        return bytes(u8(min, max));
    }

    public Bytes vec16(int min, int max) throws ProtocolException {
        return bytes(u16(min, max));
    }

    public Bytes vec24(int min, int max) throws ProtocolException {
        return bytes(u24(min, max));
    }

    /** The bytes of a {@code vec8} to read as a list; the caller ends it with {@link #end()}. */
    public Reader list8(int min, int max) throws ProtocolException {
        return new Reader(slice(u8(min, max)));
    }

    /** The bytes of a {@code vec16} to read as a list; the caller ends it with {@link #end()}. */
    public Reader list16(int min, int max) throws ProtocolException {
        return new Reader(slice(u16(min, max)));
    }

    /** The bytes of a {@code vec24} to read as a list; the caller ends it with {@link #end()}. */
    public Reader list24(int min, int max) throws ProtocolException {
        return new Reader(slice(u24(min, max)));
    }

    /** A {@code vec8} of well-formed UTF-8; the limits count bytes. */
    public String text8(int min, int max) throws ProtocolException {
        return text(u8(min, max));
    }

    /** A {@code vec16} of well-formed UTF-8; the limits count bytes. */
    public String text16(int min, int max) throws ProtocolException {
        return text(u16(min, max));
    }

    /** A {@code vec24} of well-formed UTF-8; the limits count bytes. */
    public String text24(int min, int max) throws ProtocolException {
        return text(u24(min, max));
    }

    /** How many bytes were read. */
    public int position() {
        return in.position();
    }

    /** Passes over {@code opaque[n]}. */
    public void skip(int n) throws ProtocolException {
        need(n);
        in.position(in.position() + n);
    }

    public int remaining() {
        return in.remaining();
    }

    public boolean hasRemaining() {
        return in.hasRemaining();
    }

    /** Nothing may be left over. */
    public void end() throws ProtocolException {
        if (in.hasRemaining()) {
            throw ProtocolException.malformed(in.remaining() + " bytes left over at " + in.position());
        }
    }

    private String text(int n) throws ProtocolException {
        byte[] utf8 = array(n);
        try {
            return Utf8.decode(utf8);
        } catch (CharacterCodingException e) {
            throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "ill-formed UTF-8 before " + in.position(), e);
        }
    }

    private long within(long value, long min, long max) throws ProtocolException {
        if (value < min || value > max) {
            throw ProtocolException.malformed("value " + Long.toUnsignedString(value) + " before " + in.position()
                    + " is not within " + min + " to " + max);
        }
        return value;
    }

    private void need(int n) throws ProtocolException {
        if (n > in.remaining()) {
            throw ProtocolException.malformed("needs " + n + " bytes at " + in.position() + ", has " + in.remaining());
        }
    }
}
