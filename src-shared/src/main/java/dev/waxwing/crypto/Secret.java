package dev.waxwing.crypto;

import java.util.Arrays;

/**
 * Secret bytes. They are wiped on close, never printed and never compared; only this package sees them. Owned by one
 * thread.
 */
public final class Secret implements AutoCloseable {

    private static final byte[] WIPED = {};

    private byte[] value;

    private Secret(byte[] value) {
        this.value = value;
    }

    /** Takes the array over; the caller must not keep it. */
    static Secret adopt(byte[] value) {
        return new Secret(value);
    }

    /** The bytes themselves, not a copy. */
    byte[] value() {
        byte[] bytes = value;
        if (bytes == WIPED) {
            throw new IllegalStateException("this secret was wiped");
        }
        return bytes;
    }

    /** Wipes the bytes; a second call does nothing. */
    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
        value = WIPED;
    }

    @Override
    public String toString() {
        return "Secret";
    }
}
