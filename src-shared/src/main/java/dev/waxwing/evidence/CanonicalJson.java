package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private CanonicalJson() {}

    /** @throws IllegalArgumentException if a number is out of range, or a string has half a surrogate pair */
    static Bytes write(SortedMap<String, Value> members) {
        StringBuilder out = new StringBuilder("{");
        String separator = "";
        for (Map.Entry<String, Value> member : members.entrySet()) {
            quote(member.getKey(), out.append(separator));
            out.append(':');
            switch (member.getValue()) {
                case Value.Text(String text) -> quote(text, out);
                case Value.Whole(long number) -> out.append(inRange(number));
            }
            separator = ",";
        }
        return Bytes.of(utf8(out.append('}').toString()));
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

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a string with half a surrogate pair", e);
        }
    }

    private static String decode(Bytes json) throws MalformedEvidenceException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(json.asByteBuffer())
                    .toString();
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
