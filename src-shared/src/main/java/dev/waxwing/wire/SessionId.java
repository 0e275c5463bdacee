package dev.waxwing.wire;

/**
 * Names one session; derived from its transcript (protocol section 6.3).
 *
 * @param value 16 bytes
 */
public record SessionId(Bytes value) {

    public static final int SIZE = 16;

    /** What stands in the place of the session id while there is none (protocol section 3.3). */
    public static final SessionId NONE = new SessionId(Bytes.of(new byte[SIZE]));

    public SessionId {
        if (value.size() != SIZE) {
            throw new IllegalArgumentException("a session id has 16 bytes");
        }
    }

    /** 32 lower-case hex digits. */
    @Override
    public String toString() {
        return value.hex();
    }
}
