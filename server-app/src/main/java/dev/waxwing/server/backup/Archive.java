package dev.waxwing.server.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The names in a backup's ZIP archive, and how bytes are counted and hashed on their way. */
final class Archive {

    static final String DATABASE = "database.zip";
    static final String MANIFEST = "manifest.json";
    static final String MEDIA = "media/";

    /** A manifest has an entry for each key file; more than this is none. */
    static final int MAX_MANIFEST = 1 << 20;

    private static final Pattern KEY = Pattern.compile("keys(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){1,4}");
    private static final Pattern ISSUING_KEY = Pattern.compile("keys/issuing(-[^/]+)?\\.pem");
    private static final Pattern CONTENT =
            Pattern.compile("media/(content/[0-9a-f]{2}/[0-9a-f]{32}|quarantine/[0-9a-f]{32}\\.part)");
    private static final int BUFFER = 1 << 16;

    private Archive() {}

    static boolean isKey(String name) {
        return KEY.matcher(name).matches();
    }

    /** One of those without which a restored server could not issue anything. */
    static boolean isIssuingKey(String name) {
        return ISSUING_KEY.matcher(name).matches();
    }

    static boolean isMedia(String name) {
        return CONTENT.matcher(name).matches();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Copies all, hashing it; returns how many bytes that were. */
    static long copy(InputStream in, OutputStream out, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            digest.update(buffer, 0, read);
            size += read;
        }
        return size;
    }
}
