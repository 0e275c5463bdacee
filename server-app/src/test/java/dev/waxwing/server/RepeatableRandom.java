package dev.waxwing.server;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** The randomness of a device that an attacker has seen: the same seed gives the same bytes again, however they are drawn. */
final class RepeatableRandom extends SecureRandom {

    private static final long serialVersionUID = 1L;

    private final byte[] seed;
    private long drawn;

    RepeatableRandom(byte[] seed) {
        this.seed = seed.clone();
    }

    @Override
    public synchronized void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++, drawn++) {
            bytes[i] = block(drawn / 32)[(int) (drawn % 32)];
        }
    }

    private byte[] block(long number) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(seed);
            return digest.digest(ByteBuffer.allocate(8).putLong(number).array());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
