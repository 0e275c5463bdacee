package dev.waxwing.server.ingest;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/** SHA-256 over everything that a device said about what it offered, in lower-case hex. */
final class Fingerprint {

    private static final int TEXT = 1;
    private static final int GROUP = 2;
    private static final int UPLOAD = 3;

    private Fingerprint() {}

    static String text(Instant capturedAt, Bytes utf8) {
        return hex(Writer.growing(utf8.size() + 16).u8(TEXT).instant(capturedAt).bytes(utf8));
    }

    static String group(Bytes manifest) {
        return hex(Writer.growing(manifest.size() + 1).u8(GROUP).bytes(manifest));
    }

    static String upload(long size, Instant capturedAt, String mediaType, String name) {
        return hex(Writer.growing()
                .u8(UPLOAD)
                .counter(size)
                .instant(capturedAt)
                .text8(mediaType)
                .text16(name));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String hex(Writer content) {
        return Bytes.of(sha256().digest(content.toBytes().toArray())).hex();
    }
}
