package dev.waxwing.evidence;

/** How far the way is to be trusted on which something came in. */
public enum TrustLevel {
    /** Through the channel of this specification. */
    WXP2("wxp2"),
    /** Through the classic protocol, which proves little (docs/classic.md). */
    CLASSIC("classic");

    private final String label;

    TrustLevel(String label) {
        this.label = label;
    }

    /** As receipts and interfaces write it. */
    public String label() {
        return label;
    }

    /** @throws IllegalArgumentException if no level has this label */
    public static TrustLevel of(String label) {
        for (TrustLevel level : values()) {
            if (level.label.equals(label)) {
                return level;
            }
        }
        throw new IllegalArgumentException("no such trust level");
    }

    @Override
    public String toString() {
        return label;
    }
}
