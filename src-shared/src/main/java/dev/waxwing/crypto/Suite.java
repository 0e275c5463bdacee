package dev.waxwing.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The cipher suites of protocol section 4. */
public enum Suite {
    AES_256_GCM_SHA384(0x0001, 32, "SHA-384", 48, Form.AEAD),
    CHACHA20_POLY1305_SHA256(0x0002, 32, "SHA-256", 32, Form.AEAD),
    AES_128_CBC_HMAC_SHA256(0x0010, 16, "SHA-256", 32, Form.CBC_HMAC);

    /** How a protected payload is laid out (protocol section 3.3), in bytes. */
    private enum Form {
        AEAD(0, 1, 16),
        CBC_HMAC(16, 16, 32);

        private final int prefix;
        private final int block;
        private final int tag;

        Form(int prefix, int block, int tag) {
            this.prefix = prefix;
            this.block = block;
            this.tag = tag;
        }
    }

    /** The most bytes that any suite puts before an inner form. */
    public static final int MAX_PREFIX = Form.CBC_HMAC.prefix;

    /** The most bytes that any suite puts behind an inner form, its filling to whole blocks included. */
    public static final int MAX_SUFFIX = Form.CBC_HMAC.block - 1 + Form.CBC_HMAC.tag;

    private final int code;
    private final int keyLength;
    private final String hash;
    private final int hashLength;
    private final Form form;

    Suite(int code, int keyLength, String hash, int hashLength, Form form) {
        this.code = code;
        this.keyLength = keyLength;
        this.hash = hash;
        this.hashLength = hashLength;
        this.form = form;
    }

    /** What is offered and allowed unless somebody says otherwise, best first: the suites that every peer must know. */
    public static List<Suite> usual() {
        return List.of(AES_256_GCM_SHA384, CHACHA20_POLY1305_SHA256);
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

    /** Bytes of a protected payload before the ciphertext. */
    public int prefix() {
        return form.prefix;
    }

    /** The inner form is filled with zeros to a multiple of so many bytes. */
    public int block() {
        return form.block;
    }

    /** Bytes of a protected payload behind the ciphertext. */
    public int tagLength() {
        return form.tag;
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
