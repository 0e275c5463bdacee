package dev.waxwing.trust;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads the few DER values (X.690) that OCSP responses and detached signatures are made of, within the bounds of an
 * array: the grammar is the code that calls it, so nothing is accepted that no line of code expects. It knows low tag
 * numbers and definite, minimal lengths only. Owned by one thread.
 */
public final class Der {

    public static final int BOOLEAN = 0x01;
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int NULL = 0x05;
    public static final int OBJECT_IDENTIFIER = 0x06;
    public static final int ENUMERATED = 0x0A;
    public static final int GENERALIZED_TIME = 0x18;
    public static final int SEQUENCE = 0x30;
    public static final int SET = 0x31;

    /** {@code YYYYMMDDHHMMSSZ}. */
    private static final int TIME_LENGTH = 15;

    /** The bytes are not what the grammar says. */
    public static final class MalformedException extends Exception {
        public MalformedException(String message) {
            super(message);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int position;

    public Der(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Der(byte[] bytes, int position, int end) {
        this.bytes = bytes;
        this.position = position;
        this.end = end;
    }

    /** A context-specific tag: constructed for explicit tags, primitive for implicit tags of primitive types. */
    public static int context(int number, boolean constructed) {
        return (constructed ? 0xA0 : 0x80) | number;
    }

    public boolean hasMore() {
        return position < end;
    }

    /** Whether the next value has this tag. */
    public boolean isNext(int tag) {
        return hasMore() && Byte.toUnsignedInt(bytes[position]) == tag;
    }

    /** Nothing may be left over. */
    public void end() throws MalformedException {
        if (hasMore()) {
            throw new MalformedException((end - position) + " bytes left over at " + position);
        }
    }

    /** The content of the next value, to be read on its own. */
    public Der enter(int tag) throws MalformedException {
        if (!isNext(tag)) {
            throw new MalformedException("expected tag " + Integer.toHexString(tag) + " at " + position);
        }
        position++;
        int length = length();
        Der content = new Der(bytes, position, position + length);
        position += length;
        return content;
    }

    /** The content of the next value. */
    public byte[] content(int tag) throws MalformedException {
        Der content = enter(tag);
        return Arrays.copyOfRange(bytes, content.position, content.end);
    }

    /** The next value with its tag and length. */
    public byte[] whole(int tag) throws MalformedException {
        int start = position;
        enter(tag);
        return Arrays.copyOfRange(bytes, start, position);
    }

    public BigInteger integer() throws MalformedException {
        byte[] content = content(INTEGER);
        if (content.length == 0
                || content.length > 1 && (content[0] == 0 && content[1] >= 0 || content[0] == -1 && content[1] < 0)) {
            throw new MalformedException("an integer that is not minimal");
        }
        return new BigInteger(content);
    }

    public boolean bool() throws MalformedException {
        byte[] content = content(BOOLEAN);
        if (content.length != 1 || content[0] != 0 && content[0] != -1) {
            throw new MalformedException("a boolean that is neither 00 nor ff");
        }
        return content[0] != 0;
    }

    /** The bytes of a bit string whose bits fill them. */
    public byte[] bits() throws MalformedException {
        byte[] content = content(BIT_STRING);
        if (content.length == 0 || content[0] != 0) {
            throw new MalformedException("a bit string that is not whole bytes");
        }
        return Arrays.copyOfRange(content, 1, content.length);
    }

    /** An object identifier, as the hex of its content: there is no need to render it. */
    public String oidHex() throws MalformedException {
        return HexFormat.of().formatHex(content(OBJECT_IDENTIFIER));
    }

    /** A GeneralizedTime as RFC 5280 section 4.1.2.5.2 restricts it: UTC, with seconds and without fractions. */
    public Instant time() throws MalformedException {
        byte[] text = content(GENERALIZED_TIME);
        if (text.length != TIME_LENGTH || text[TIME_LENGTH - 1] != 'Z') {
            throw new MalformedException("not a time in UTC with seconds: " + text.length + " bytes");
        }
        try {
            return LocalDateTime.of(
                            number(text, 0, 4),
                            number(text, 4, 6),
                            number(text, 6, 8),
                            number(text, 8, 10),
                            number(text, 10, 12),
                            number(text, 12, 14))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new MalformedException("not a time: " + e.getMessage());
        }
    }

    private static int number(byte[] text, int from, int to) throws MalformedException {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedException("not a digit in a time");
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private int length() throws MalformedException {
        int first = next();
        if (first < 0x80) {
            return within(first);
        }
        int count = first - 0x80;
        if (count == 0 || count > 3) {
            throw new MalformedException("a length of " + count + " bytes at " + position);
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | next();
        }
        if (length < 0x80 || length < 1 << 8 * (count - 1)) {
            throw new MalformedException("a length that is not minimal at " + position);
        }
        return within(length);
    }

    private int next() throws MalformedException {
        if (!hasMore()) {
            throw new MalformedException("ends within a value at " + position);
        }
        return Byte.toUnsignedInt(bytes[position++]);
    }

    private int within(int length) throws MalformedException {
        if (length > end - position) {
            throw new MalformedException("a value of " + length + " bytes runs past the end at " + position);
        }
        return length;
    }
}
