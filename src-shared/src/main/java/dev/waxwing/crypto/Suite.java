package dev.waxwing.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.stream.Stream;

/** The cipher suites of protocol section 4. */
public enum Suite {
    AES_256_GCM_SHA384(0x0001, 32, "SHA-384", 48),
    CHACHA20_POLY1305_SHA256(0x0002, 32, "SHA-256", 32);

    private final int code;
    private final int keyLength;
    private final String hash;
    private final int hashLength;

    Suite(int code, int keyLength, String hash, int hashLength) {
        this.code = code;
        this.keyLength = keyLength;
        this.hash = hash;
        this.hashLength = hashLength;
    }

    /** The suite with this code, if this implementation has it. */
    public static Optional<Suite> of(int code) {
        return Stream.of(values()).filter(suite -> suite.code == code).findFirst();
    }

    public int code() {
        return code;
    }

    /** {@code L} of the specification, in bytes. */
    public int hashLength() {
        return hashLength;
    }

    /** A fresh instance of {@code Hash}. */
    public MessageDigest newHash() {
        try {
            return MessageDigest.getInstance(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(hash + " is missing from this Java runtime", e);
        }
    }

    int keyLength() {
        return keyLength;
    }

    /** The JDK's name of {@code HMAC} with this suite's hash. */
    String hmac() {
        return "Hmac" + hash.replace("-", "");
    }

    /** The JDK's name of {@code HKDF} with this suite's hash. */
    String hkdf() {
        return "HKDF-" + hash.replace("-", "");
    }
}
