package dev.waxwing.bench.upload;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a peer does for a file besides moving it. */
enum Care {
    /** Nothing: what was written may still be in the page cache. */
    WRITTEN(""),
    /** The receiver waits for the disk before it answers. */
    SYNCED("-synced"),
    /** That, and both ends compute SHA-256, which the receiver answers with and the sender compares. */
    PROVED("-proved");

    private static final int SHA_256 = 32;

    private final String suffix;

    Care(String suffix) {
        this.suffix = suffix;
    }

    static Care named(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT));
    }

    String suffix() {
        return suffix;
    }

    boolean syncs() {
        return this != WRITTEN;
    }

    /** A hash of what passes, or one that ignores it. */
    Hash newHash() {
        if (this != PROVED) {
            return new Hash(null);
        }
        try {
            return new Hash(MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** How long the receiver's answer is, in bytes. */
    int answer() {
        return this == PROVED ? SHA_256 : 1;
    }

    /** Owned by one thread. */
    record Hash(@Nullable MessageDigest digest) {

        /** The buffer's remaining bytes; its position does not move. */
        void add(ByteBuffer chunk) {
            if (digest != null) {
                digest.update(chunk.duplicate());
            }
        }

        /** The receiver's answer, and what the sender expects. */
        byte[] result() {
            return digest == null ? new byte[1] : digest.digest();
        }
    }
}
