package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Utf8;
import dev.waxwing.wire.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One flat JSON object in the one form that RFC 8785 gives it (protocol section 14.1): its values are strings and
 * integers from 0 to 2^53 − 1.
 */
final class CanonicalJson {

    /** A value of a member. */
    sealed interface Value {
        record Text(String text) implements Value {}

        record Whole(long number) implements Value {}
    }

    static final long MAX_WHOLE = (1L << 53) - 1;

    /** One in each byte. */
    private static final long EACH = 0x0101_0101_0101_0101L;

    private static final byte[][] ESCAPES = escapes();

    private CanonicalJson() {}

    /** @throws IllegalArgumentException if a number is out of range, or a string has half a surrogate pair */
    static Bytes write(SortedMap<String, Value> members) {
        Writer out = Writer.growing().u8('{');
        boolean first = true;
        for (Map.Entry<String, Value> member : members.entrySet()) {
            if (!first) {
                out.u8(',');
            }
            first = false;
            quote(utf8(member.getKey()), out);
            out.u8(':');
            switch (member.getValue()) {
                case Value.Text(String text) -> quote(utf8(text), out);
                case Value.Whole(long number) -> out.bytes(ascii(Long.toString(inRange(number))));
            }
        }
        return out.u8('}').toBytes();
    }

    /**
     * Reads exactly what {@link #write} makes.
     *
     * @throws MalformedEvidenceException for every other byte sequence
     */
    static SortedMap<String, Value> read(Bytes json) throws MalformedEvidenceException {
        SortedMap<String, Value> members = new Parser(decode(json)).object();
        try {
            // One comparison refuses every other spelling: order, white space, escapes, leading zeros.
            if (!write(members).equals(json)) {
                throw new MalformedEvidenceException("the JSON is not in its canonical form");
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("JSON: " + e.getMessage(), e);
        }
        return members;
    }

    private static long inRange(long number) {
        if (number < 0 || number > MAX_WHOLE) {
            throw new IllegalArgumentException("number " + number + " is not within 0 to " + MAX_WHOLE);
        }
        return number;
    }

    static void quote(Bytes utf8, Writer out) {
        quote(utf8, 0, utf8.size(), out);
    }

    /**
     * Writes a string. Whole runs of what needs no escape are copied at once.
     *
     * @param utf8 from {@code from}, inclusive, to {@code to}, exclusive, well-formed
     */
    static void quote(Bytes utf8, int from, int to, Writer out) {
        out.u8('"');
        int written = from;
        for (int i = afterPlain(utf8, from, to); i < to; i = afterPlain(utf8, i + 1, to)) {
            byte[] escape = ESCAPES[utf8.at(i) & 0xFF];
            if (escape.length > 0) {
                out.bytes(utf8, written, i).bytes(escape);
                written = i + 1;
            }
        }
        out.bytes(utf8, written, to).u8('"');
    }

    /** The place behind all groups of eight bytes from a place on that need no escape. */
    private static int afterPlain(Bytes utf8, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to && !needsEscape(utf8.longAt(at))) {
            at += Long.BYTES;
        }
        return at;
    }

    /**
     * Whether one of eight bytes is a control character, a quotation mark or a backslash. A subtraction sets the highest bit of the
     * lowest byte that is below what is taken away from it; of bytes that had it set before, it does not count.
     */
    private static boolean needsEscape(long bytes) {
        long quotes = bytes ^ EACH * '"';
        long backslashes = bytes ^ EACH * '\\';
        long below = (bytes - EACH * ' ') & ~bytes | (quotes - EACH) & ~quotes | (backslashes - EACH) & ~backslashes;
        return (below & EACH * 0x80) != 0;
    }

    static Bytes utf8(String text) {
        try {
            return Utf8.encode(text);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a string with half a surrogate pair", e);
        }
    }

    /** For each byte of UTF-8 what stands for it; nothing for most, which stand for themselves. */
    private static byte[][] escapes() {
        byte[][] escapes = new byte[256][0];
        for (int control = 0; control < 0x20; control++) {
            escapes[control] = ascii("\\u00%02x".formatted(control));
        }
        escapes['"'] = ascii("\\\"");
        escapes['\\'] = ascii("\\\\");
        escapes['\b'] = ascii("\\b");
        escapes['\t'] = ascii("\\t");
        escapes['\n'] = ascii("\\n");
        escapes['\f'] = ascii("\\f");
        escapes['\r'] = ascii("\\r");
        return escapes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String decode(Bytes json) throws MalformedEvidenceException {
        try {
            return Utf8.decode(json);
        } catch (CharacterCodingException e) {
            throw new MalformedEvidenceException("ill-formed UTF-8", e);
        }
    }

    /** Reads a superset of the canonical form: {@link #read} compares afterwards. Owned by one thread. */
    private static final class Parser {

        private final String in;
        private int at;

        Parser(String in) {
            this.in = in;
        }

        SortedMap<String, Value> object() throws MalformedEvidenceException {
            SortedMap<String, Value> members = new TreeMap<>();
            expect('{');
            if (!isNext('}')) {
                member(members);
                while (isNext(',')) {
                    at++;
                    member(members);
                }
            }
            expect('}');
            if (at != in.length()) {
                throw fault("something after the object");
            }
            return members;
        }

        private void member(Map<String, Value> members) throws MalformedEvidenceException {
            String name = string();
            expect(':');
            Value value = isNext('"') ? new Value.Text(string()) : new Value.Whole(number());
            if (members.putIfAbsent(name, value) != null) {
                throw fault("a member twice");
            }
        }

        private long number() throws MalformedEvidenceException {
            int start = at;
            while (at < in.length() && in.charAt(at) >= '0' && in.charAt(at) <= '9') {
                at++;
            }
            if (at == start || at - start > 16) {
                throw fault("no integer in range");
            }
            return Long.parseLong(in, start, at, 10);
        }

        private String string() throws MalformedEvidenceException {
            expect('"');
            StringBuilder text = new StringBuilder();
            while (!isNext('"')) {
                char c = next();
                text.append(c == '\\' ? escaped() : c);
            }
            at++;
            return text.toString();
        }

        private char escaped() throws MalformedEvidenceException {
            char c = next();
            return switch (c) {
                case '"', '\\' -> c;
                case 'b' -> '\b';
                case 't' -> '\t';
                case 'n' -> '\n';
                case 'f' -> '\f';
                case 'r' -> '\r';
                case 'u' -> (char) (hexDigit() << 12 | hexDigit() << 8 | hexDigit() << 4 | hexDigit());
                default -> throw fault("an unknown escape");
            };
        }

        private int hexDigit() throws MalformedEvidenceException {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw fault("no hex digit");
            }
            return digit;
        }

        private void expect(char c) throws MalformedEvidenceException {
            if (!isNext(c)) {
                throw fault("no '" + c + "'");
            }
            at++;
        }

        private boolean isNext(char c) {
            return at < in.length() && in.charAt(at) == c;
        }

        private char next() throws MalformedEvidenceException {
            if (at == in.length()) {
                throw fault("the end");
            }
            return in.charAt(at++);
        }

        private MalformedEvidenceException fault(String what) {
            return new MalformedEvidenceException("JSON: " + what + " at " + at);
        }
    }
}
