package dev.waxwing.wire;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The random eight bytes that name one refusal, in an alert and in the audit log (protocol section 11.1).
 *
 * @param value the eight bytes as one big-endian number
 */
public record Incident(long value) {

    /** What a device puts into its alerts. */
    public static final Incident NONE = new Incident(0);

    static final int SIZE = 8;

    /** A new random incident, never {@link #NONE}. */
    public static Incident fresh(SecureRandom random) {
        long value = random.nextLong();
        while (value == 0) {
            value = random.nextLong();
        }
        return new Incident(value);
    }

    /**
     * Parses the reference that people see.
     *
     * @param hex 16 hex digits
     * @throws IllegalArgumentException if it is anything else
     */
    public static Incident parse(String hex) {
        if (hex.length() != 2 * SIZE) {
            throw new IllegalArgumentException("a reference has 16 hex digits");
        }
        return new Incident(HexFormat.fromHexDigitsToLong(hex));
    }

    public static Incident decode(Reader in) throws ProtocolException {
        return new Incident(in.u64());
    }

    public void encode(Writer out) {
        out.u64(value);
    }

    /** The reference that people see: 16 lower-case hex digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
