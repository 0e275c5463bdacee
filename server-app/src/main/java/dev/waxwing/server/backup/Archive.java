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

    /** No key file is longer, with its certificates. */
    static final int MAX_KEY = 1 << 20;

    /** An authority and its server have a few key files, and one more with each rotation. */
    static final int MAX_KEYS = 4_096;

    /** An archive is not compressed, so that what it holds is no longer than it is; this is for its own records. */
    private static final long SLACK = 1 << 20;

    /** The database comes compressed by H2, to a third or so. What is said to be more than this of what there is, is no database. */
    private static final int MAX_RATIO = 200;

    private static final long MIN_DATABASE = 16L << 20;

    private static final int MAX_SHOWN = 120;

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

    /** How long what was read of an archive can be in all, in bytes. @param read how much of the archive was read */
    static long mostContent(long read) {
        return read + SLACK;
    }

    /** How long a database can be, in bytes. @param read how much of its compressed form was read */
    static long mostOfDatabase(long read) {
        return MIN_DATABASE + read * MAX_RATIO;
    }

    /** A name in an archive as it can be shown on a terminal. */
    static String shown(String name) {
        String harmless = name.replaceAll("[^\\x20-\\x7E]", "?");
        return harmless.length() <= MAX_SHOWN ? harmless : harmless.substring(0, MAX_SHOWN) + "...";
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

    /** How much of something may be read. */
    @FunctionalInterface
    interface Bound {

        /** @throws BackupException if so many bytes are too many */
        void require(long size) throws BackupException;
    }

    /** Copies all, hashing it; returns how many bytes that were. */
    static long copy(InputStream in, OutputStream out, MessageDigest digest) throws IOException {
        return copy(in, out, digest, _ -> {});
    }

    /** The same of something that a stranger could have made: what is too much is not written. */
    static long copy(InputStream in, OutputStream out, MessageDigest digest, Bound bound) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            bound.require(size + read);
            out.write(buffer, 0, read);
            digest.update(buffer, 0, read);
            size += read;
        }
        return size;
    }
}
