package dev.waxwing.ca.audit;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The incident id: eight random bytes that a peer or a person sees, and under which an administrator finds the reason.
 */
public final class Reference {

    /** Bytes in an incident id, as in an alert record. */
    public static final int LENGTH = 8;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Reference() {}

    /** A new incident id as 16 lower-case hex digits. */
    public static String fresh() {
        byte[] id = new byte[LENGTH];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /**
     * The eight bytes of an incident id, for an alert record.
     *
     * @throws IllegalArgumentException unless {@code reference} is 16 hex digits
     */
    public static byte[] bytes(String reference) {
        byte[] id = HexFormat.of().parseHex(reference);
        if (id.length != LENGTH) {
            throw new IllegalArgumentException("a reference has 16 hex digits");
        }
        return id;
    }
}
