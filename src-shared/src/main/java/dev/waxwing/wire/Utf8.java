package dev.waxwing.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that refuses what has none or is none. Strings convert themselves several times as fast as the platform's coders do, but
 * replace what they cannot convert: so whatever may have been replaced is looked at by the coders.
 */
public final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /** @throws CharacterCodingException for half a surrogate pair */
    public static Bytes encode(String text) throws CharacterCodingException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        }
        return Bytes.adopt(utf8);
    }

    /** @throws CharacterCodingException for ill-formed UTF-8 */
    public static void requireWellFormed(Bytes utf8) throws CharacterCodingException {
        if (!utf8.isAscii()) {
            decode(utf8);
        }
    }

    /** @throws CharacterCodingException for ill-formed UTF-8 */
    public static String decode(Bytes utf8) throws CharacterCodingException {
        return decode(utf8.toArray());
    }

    static String decode(byte[] utf8) throws CharacterCodingException {
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        }
        return text;
    }
}
