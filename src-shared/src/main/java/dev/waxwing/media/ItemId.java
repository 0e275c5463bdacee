package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.security.SecureRandom;

/**
 * The random 16-byte id of something that a device offers: a text, a group of texts or an upload (protocol section 13.1).
 *
 * @param value 16 bytes
 */
public record ItemId(Bytes value) implements Comparable<ItemId> {

    static final int SIZE = 16;

    public ItemId {
        Limits.range("id size", value.size(), SIZE, SIZE);
    }

    /** A new random id. */
    public static ItemId fresh(SecureRandom random) {
        byte[] value = new byte[SIZE];
        random.nextBytes(value);
        return new ItemId(Bytes.of(value));
    }

    /**
     * Parses what {@link #toString()} makes.
     *
     * @throws IllegalArgumentException if the text is not 32 hex digits
     */
    public static ItemId parse(String hex) {
        return new ItemId(Bytes.fromHex(hex));
    }

    static ItemId decode(Reader in) throws ProtocolException {
        return new ItemId(in.bytes(SIZE));
    }

    void encode(Writer out) {
        out.bytes(value);
    }

    /** In the order of their hex digits. */
    @Override
    public int compareTo(ItemId other) {
        return value.compareTo(other.value);
    }

    /** 32 lower-case hex digits. */
    @Override
    public String toString() {
        return value.hex();
    }
}
