package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, whatever the suite. */
final class Sha256 {

    static final int SIZE = 32;

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static Bytes of(Bytes content) {
        MessageDigest digest = start();
        content.addTo(digest);
        return Bytes.of(digest.digest());
    }
}
