package dev.waxwing.wire;

/** What an alert tells the peer (protocol section 11.1). The reason itself stays on the side that raised it. */
public enum AlertCode {
    PROTOCOL_ERROR(0x01),
    AUTH_FAILED(0x02),
    UNSUPPORTED(0x03),
    BUSY(0x04),
    POLICY(0x05),
    GOING_AWAY(0x06),
    INTERNAL(0x07);

    private final int wire;

    AlertCode(int wire) {
        this.wire = wire;
    }

    /** The code as it stands on the wire, 0x01 to 0x07. */
    public int wire() {
        return wire;
    }

    static AlertCode of(int wire) throws ProtocolException {
        for (AlertCode code : values()) {
            if (code.wire == wire) {
                return code;
            }
        }
        throw ProtocolException.malformed("unknown alert code " + wire);
    }
}
