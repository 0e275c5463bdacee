package dev.waxwing.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An immutable byte string with value equality, ordered by its bytes as unsigned numbers. Not for secrets: it prints itself. */
public final class Bytes implements Comparable<Bytes> {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** The highest bit of each of eight bytes. */
    private static final long HIGHEST = 0x8080_8080_8080_8080L;

    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] value;

    private Bytes(byte[] value) {
        this.value = value;
    }

    /** A copy of all bytes of the array. */
    public static Bytes of(byte... value) {
        return value.length == 0 ? EMPTY : new Bytes(value.clone());
    }

    /** A copy of the remaining bytes of the buffer, whose position does not move. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return new Bytes(copy);
    }

    /**
     * Parses hex digits of either case.
     *
     * @throws IllegalArgumentException if the text is not an even number of hex digits
     */
    public static Bytes fromHex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    public static Bytes concat(Bytes... parts) {
        Writer out = Writer.growing(Arrays.stream(parts).mapToInt(Bytes::size).sum());
        for (Bytes part : parts) {
            out.bytes(part);
        }
        return out.toBytes();
    }

    /** Without a copy: the caller gives the array away and must not touch it again. */
    public static Bytes adopt(byte[] value) {
        return value.length == 0 ? EMPTY : new Bytes(value);
    }

    public int size() {
        return value.length;
    }

    public boolean isEmpty() {
        return value.length == 0;
    }

    /** The byte at the index, signed as Java's bytes are. */
    public byte at(int index) {
        return value[index];
    }

    /** Eight bytes from the index on, in the order of the machine. */
    public long longAt(int index) {
        return (long) LONGS.get(value, index);
    }

    /** A copy of the bytes from {@code from}, inclusive, to {@code to}, exclusive. */
    public Bytes slice(int from, int to) {
        if (to > value.length) {
            throw new IndexOutOfBoundsException(to);
        }
        return adopt(Arrays.copyOfRange(value, from, to));
    }

    /** A copy that the caller may change. */
    public byte[] toArray() {
        return value.clone();
    }

    /** A read-only view. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(value).asReadOnlyBuffer();
    }

    /** Writes the bytes at the buffer's position, and moves that. */
    public void putInto(ByteBuffer target) {
        target.put(value);
    }

    /** Writes the bytes from {@code from}, inclusive, to {@code to}, exclusive, at the buffer's position, and moves that. */
    void putInto(ByteBuffer target, int from, int to) {
        target.put(value, from, to - from);
    }

    /** Adds the bytes to what is hashed. */
    public void addTo(MessageDigest digest) {
        digest.update(value);
    }

    /** Adds the bytes to what is signed or verified. */
    public void addTo(Signature signature) throws SignatureException {
        signature.update(value);
    }

    /** Whether no byte is beyond 0x7F. */
    boolean isAscii() {
        long seen = 0;
        int at = 0;
        for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
            seen |= longAt(at);
        }
        for (; at < value.length; at++) {
            seen |= value[at];
        }
        return (seen & HIGHEST) == 0;
    }

    /** Lower-case hex. */
    public String hex() {
        return HexFormat.of().formatHex(value);
    }

    /** Compares in a time that depends on the lengths alone. */
    public boolean constantTimeEquals(Bytes other) {
        return MessageDigest.isEqual(value, other.value);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(value, other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        int shown = Math.min(value.length, 64);
        String hex = HexFormat.of().formatHex(value, 0, shown);
        return shown == value.length ? hex : hex + "... (" + value.length + " bytes)";
    }
}
