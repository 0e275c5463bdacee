package dev.waxwing.recordlayer;

/** Which way a record goes (protocol section 3.3). */
public enum Direction {
    DEVICE_TO_SERVER((byte) 0x43),
    SERVER_TO_DEVICE((byte) 0x53);

    private final byte code;

    Direction(byte code) {
        this.code = code;
    }

    byte code() {
        return code;
    }
}
