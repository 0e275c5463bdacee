package dev.waxwing.classic;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A secret as the JDK's engines want it. {@code SecretKeySpec} would print a hash of the key and could not be wiped. Owned
 * by one thread.
 */
final class RawSecret implements SecretKey, AutoCloseable {

    private final byte[] value;
    private final String algorithm;
    private boolean wiped;

    /** Takes the array over; the caller must not keep it. */
    RawSecret(byte[] value, String algorithm) {
        this.value = value;
        this.algorithm = algorithm;
    }

    /** The bytes themselves, not a copy. */
    byte[] value() {
        if (wiped) {
            throw new IllegalStateException("this secret was wiped");
        }
        return value;
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return value().clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(value, (byte) 0);
        wiped = true;
    }

    @Override
    public boolean isDestroyed() {
        return wiped;
    }

    /** Wipes the bytes; a second call does nothing. */
    @Override
    public void close() {
        destroy();
    }

    @Override
    public String toString() {
        return "RawSecret";
    }
}
