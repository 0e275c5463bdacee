package dev.waxwing.media;

/** Why a server refuses what a device offers (protocol section 13.4). */
public enum RefusalReason {
    CONFLICT(1, true),
    TOO_LARGE(2, true),
    STORAGE_FULL(3, false),
    MISMATCH(4, true),
    BAD_SIGNATURE(5, true),
    BAD_MANIFEST(6, true),
    TOO_MANY(7, false),
    UNKNOWN_UPLOAD(8, false),
    POLICY(9, true),
    UNAVAILABLE(10, false);

    private final int code;
    private final boolean isFinal;

    RefusalReason(int code, boolean isFinal) {
        this.code = code;
        this.isFinal = isFinal;
    }

    /** The value on the wire, 1 to 10. */
    public int code() {
        return code;
    }

    /** Whether the device must not offer the same again by itself. */
    public boolean isFinal() {
        return isFinal;
    }

    /** @throws IllegalArgumentException if no reason has this code */
    public static RefusalReason of(int code) {
        for (RefusalReason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("no refusal reason " + code);
    }
}
