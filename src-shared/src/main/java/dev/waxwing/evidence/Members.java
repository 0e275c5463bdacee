package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HexFormat;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members of one canonical JSON object, with the value types of protocol sections 14.1 to 14.3. Reading takes each
 * member once; what is missing or left over is refused. Owned by one thread.
 */
final class Members {

    private static final DateTimeFormatter INSTANT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withResolverStyle(ResolverStyle.STRICT);

    private final SortedMap<String, CanonicalJson.Value> members;

    private Members(SortedMap<String, CanonicalJson.Value> members) {
        this.members = members;
    }

    static Members writing() {
        return new Members(new TreeMap<>());
    }

    static Members reading(Bytes json) throws MalformedEvidenceException {
        return new Members(CanonicalJson.read(json));
    }

    /** The instant as canonical JSON writes it. */
    static String text(Instant instant) {
        return INSTANT.format(instant.atOffset(ZoneOffset.UTC));
    }

    Members put(String name, String text) {
        members.put(name, new CanonicalJson.Value.Text(text));
        return this;
    }

    Members put(String name, long number) {
        members.put(name, new CanonicalJson.Value.Whole(number));
        return this;
    }

    Members put(String name, Instant instant) {
        return put(name, text(instant));
    }

    Members put(String name, Bytes hex) {
        return put(name, hex.hex());
    }

    Bytes write() {
        return CanonicalJson.write(members);
    }

    String text(String name) throws MalformedEvidenceException {
        if (members.remove(name) instanceof CanonicalJson.Value.Text(String text)) {
            return text;
        }
        throw new MalformedEvidenceException("no string \"" + name + "\"");
    }

    long whole(String name) throws MalformedEvidenceException {
        if (members.remove(name) instanceof CanonicalJson.Value.Whole(long number)) {
            return number;
        }
        throw new MalformedEvidenceException("no integer \"" + name + "\"");
    }

    Instant instant(String name) throws MalformedEvidenceException {
        String text = text(name);
        try {
            return LocalDateTime.parse(text, INSTANT).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new MalformedEvidenceException("\"" + name + "\" is not an instant", e);
        }
    }

    /** So many bytes in lower-case hex. */
    Bytes hex(String name, int size) throws MalformedEvidenceException {
        String text = text(name);
        if (text.length() != 2 * size || !text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            throw new MalformedEvidenceException("\"" + name + "\" is not " + size + " bytes in lower-case hex");
        }
        return Bytes.of(HexFormat.of().parseHex(text));
    }

    /** Nothing may be left over. */
    void end() throws MalformedEvidenceException {
        Set<String> left = members.keySet();
        if (!left.isEmpty()) {
            throw new MalformedEvidenceException("unknown members: " + left.size());
        }
    }
}
