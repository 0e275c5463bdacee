package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the only JSON there is in this protocol: objects of strings, in any order and spacing (RFC 8259), from pieces that
 * are made while it reads. Every string has a bound, and a long Base64 string is decoded on the way. Owned by one thread.
 */
final class JsonReader {

    /** Where the text comes from. */
    interface Source {

        /** The next piece, which must not be changed until the one after it is asked for; nothing at the end. */
        byte @Nullable [] next() throws ProtocolException;
    }

    /** Reads one member's value; its name has been read. */
    interface Member {
        void read(String name) throws ProtocolException;
    }

    private static final int END = -1;
    private static final int END_OF_STRING = -2;
    private static final int MAX_MEMBER_NAME = 64;
    private static final int BASE64_CHUNK = 8_192;

    private final Source source;
    private byte[] piece = new byte[0];
    private int at;

    JsonReader(Source source) {
        this.source = source;
    }

    static JsonReader of(byte[] text) {
        return new JsonReader(new Source() {
            private boolean given;

            @Override
            public byte @Nullable [] next() {
                boolean first = !given;
                given = true;
                return first ? text : null;
            }
        });
    }

    /** Reads an object, no member of which may come twice. */
    void object(Member member) throws ProtocolException {
        require('{');
        if (peekToken() == '}') {
            at++;
            return;
        }
        Set<String> names = new HashSet<>();
        int separator;
        do {
            String name = string(MAX_MEMBER_NAME);
            if (!names.add(name)) {
                throw malformed();
            }
            require(':');
            member.read(name);
            separator = token();
        } while (separator == ',');
        if (separator != '}') {
            throw malformed();
        }
    }

    /** Reads a string of at most so many UTF-16 units. Halves of surrogate pairs come through if they were escaped. */
    String string(int max) throws ProtocolException {
        require('"');
        StringBuilder text = new StringBuilder();
        for (int c = stringChar(); c != END_OF_STRING; c = stringChar()) {
            text.appendCodePoint(c);
            if (text.length() > max) {
                throw ProtocolException.malformed("a JSON string of more than " + max + " characters");
            }
        }
        return text.toString();
    }

    /** Reads a string of Base64 with its padding and nothing else in it (RFC 4648 section 4). */
    Bytes base64(int max) throws ProtocolException {
        ByteBuffer out = ByteBuffer.allocate(max);
        base64(out);
        return Bytes.copyOf(out.flip());
    }

    /** Decodes a string of Base64 into the buffer, whose space bounds it. */
    void base64(ByteBuffer out) throws ProtocolException {
        require('"');
        byte[] chunk = new byte[BASE64_CHUNK];
        boolean padded = false;
        int filled;
        do {
            filled = 0;
            for (int c = 0; filled < chunk.length && (c = stringChar()) != END_OF_STRING; ) {
                chunk[filled++] = (byte) (c < 0x80 ? c : 0);
            }
            if (filled == 0) {
                // Ended together with the previous chunk.
                return;
            }
            if (padded || filled % 4 != 0) {
                throw malformed();
            }
            padded = chunk[filled - 1] == '=';
            decode(chunk, filled, out);
        } while (filled == chunk.length);
    }

    /** Nothing but space may be left over. */
    void end() throws ProtocolException {
        if (token() != END) {
            throw malformed();
        }
    }

    private static void decode(byte[] chunk, int filled, ByteBuffer out) throws ProtocolException {
        ByteBuffer decoded;
        try {
            decoded = Base64.getDecoder().decode(ByteBuffer.wrap(chunk, 0, filled));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        if (decoded.remaining() > out.remaining()) {
            throw ProtocolException.malformed("more Base64 than there may be");
        }
        out.put(decoded);
    }

    private void require(int expected) throws ProtocolException {
        if (token() != expected) {
            throw malformed();
        }
    }

    private int token() throws ProtocolException {
        int token = peekToken();
        if (token != END) {
            at++;
        }
        return token;
    }

    private int peekToken() throws ProtocolException {
        int next = peek();
        while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
            at++;
            next = peek();
        }
        return next;
    }

    /** One code point of a string, or {@link #END_OF_STRING}. */
    private int stringChar() throws ProtocolException {
        int c = octet();
        if (c == '"') {
            return END_OF_STRING;
        }
        if (c == '\\') {
            return escaped();
        }
        if (c < ' ') {
            throw malformed();
        }
        return c < 0x80 ? c : utf8(c);
    }

    private int escaped() throws ProtocolException {
        return switch (octet()) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexDigit() << 12 | hexDigit() << 8 | hexDigit() << 4 | hexDigit();
            default -> throw malformed();
        };
    }

    private int hexDigit() throws ProtocolException {
        int c = octet();
        int digit = c < 0x80 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
            throw malformed();
        }
        return digit;
    }

    /** The rest of a well-formed sequence: shortest form, no surrogate, at most U+10FFFF (RFC 3629). */
    private int utf8(int lead) throws ProtocolException {
        int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        int least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
        if (lead < 0xC2 || lead > 0xF4) {
            throw malformed();
        }
        int c = lead & 0x3F >> more;
        for (int i = 0; i < more; i++) {
            int next = octet();
            if ((next & 0xC0) != 0x80) {
                throw malformed();
            }
            c = c << 6 | next & 0x3F;
        }
        boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        if (c < least || c > Character.MAX_CODE_POINT || surrogate) {
            throw malformed();
        }
        return c;
    }

    private int octet() throws ProtocolException {
        int next = peek();
        if (next == END) {
            throw malformed();
        }
        at++;
        return next;
    }

    private int peek() throws ProtocolException {
        while (at == piece.length) {
            byte[] next = source.next();
            if (next == null) {
                return END;
            }
            piece = next;
            at = 0;
        }
        return Byte.toUnsignedInt(piece[at]);
    }

    /** What the text says stays out of the message: it is the peer's. */
    private static ProtocolException malformed() {
        return ProtocolException.malformed("not the JSON text that belongs here");
    }
}
