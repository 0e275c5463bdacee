package dev.waxwing.enrollment;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * The one-time secret of an invite, 128 bits. It is compared in constant time and never printed.
 */
public final class InviteToken {

    /** Bytes in a token (docs/protocol.md, "Invite"). */
    public static final int LENGTH = 16;

    private final byte[] value;

    private InviteToken(byte[] value) {
        this.value = value;
    }

    /** A new token of 128 random bits. */
    public static InviteToken random(SecureRandom random) {
        byte[] value = new byte[LENGTH];
        random.nextBytes(value);
        return new InviteToken(value);
    }

    /**
     * The token with these bytes.
     *
     * @throws IllegalArgumentException unless there are exactly 16
     */
    public static InviteToken of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a token has " + LENGTH + " bytes");
        }
        return new InviteToken(bytes.clone());
    }

    /** A copy of the 16 bytes, for the EnrolRequest message only. */
    public byte[] bytes() {
        return value.clone();
    }

    /** SHA-256 of the token: all that the server stores of it. */
    public byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InviteToken token && MessageDigest.isEqual(value, token.value);
    }

    @Override
    public int hashCode() {
        return InviteToken.class.hashCode();
    }

    @Override
    public String toString() {
        return "InviteToken[secret]";
    }
}
