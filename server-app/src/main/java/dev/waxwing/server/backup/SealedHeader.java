package dev.waxwing.server.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a backup file begins, and the key of what follows (docs/operations.md, "The format of a backup"):
 *
 * <pre>
 * magic opaque[16] | format u8 | iterations u32 | salt opaque[32] | check opaque[32]
 *
 * master  = PBKDF2-HMAC-SHA-256(passphrase, salt, iterations), 32 bytes
 * check   = HMAC(HMAC(master, "waxwing backup header" | 0x01), all before it)
 * content = HMAC(master, "waxwing backup content" | 0x01)
 * </pre>
 *
 * The two inner HMACs are HKDF-Expand (RFC 5869) to one block. The whole header is additional data of every chunk.
 */
final class SealedHeader {

    static final int FORMAT = 1;
    static final int CHUNK = 1 << 16;
    static final int TAG = 16;

    private static final byte[] MAGIC = "WAXWING-BACKUP\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 32;
    private static final int CHECK = 32;
    private static final int CHECKED = MAGIC.length + Byte.BYTES + Integer.BYTES + SALT;
    static final int LENGTH = CHECKED + CHECK;
    private static final int ITERATIONS = 600_000;

    /** More would only keep the reader busy. */
    private static final int MAX_ITERATIONS = 10_000_000;

    private final byte[] encoded;
    private final SecretKeySpec contentKey;

    private SealedHeader(byte[] encoded, SecretKeySpec contentKey) {
        this.encoded = encoded;
        this.contentKey = contentKey;
    }

    /** The header of a new file, with a key that no other file has. */
    static SealedHeader fresh(BackupPassphrase passphrase, SecureRandom random) {
        return fresh(passphrase, random, ITERATIONS);
    }

    static SealedHeader fresh(BackupPassphrase passphrase, SecureRandom random, int iterations) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        ByteBuffer encoded = ByteBuffer.allocate(LENGTH);
        encoded.put(MAGIC).put((byte) FORMAT).putInt(iterations).put(salt);
        byte[] master = master(passphrase, salt, iterations);
        try {
            encoded.put(check(master, Arrays.copyOf(encoded.array(), CHECKED)));
            return new SealedHeader(encoded.array(), contentKey(master));
        } finally {
            Arrays.fill(master, (byte) 0);
        }
    }

    /**
     * Reads the header of a file.
     *
     * @throws BackupException when it is no backup, one of a newer format, or the passphrase is another one
     */
    static SealedHeader read(InputStream in, BackupPassphrase passphrase) throws IOException {
        byte[] encoded = in.readNBytes(LENGTH);
        if (encoded.length < MAGIC.length || !Arrays.equals(encoded, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new BackupException("This is not a backup made by Waxwing.");
        }
        if (encoded.length > MAGIC.length && encoded[MAGIC.length] != FORMAT) {
            throw new BackupException("This backup has format " + Byte.toUnsignedInt(encoded[MAGIC.length])
                    + ", which this version does not know. Restore it with the version of Waxwing that made it, or a"
                    + " newer one.");
        }
        if (encoded.length < LENGTH) {
            throw new BackupException("The backup is cut off: it ends within its header.");
        }
        ByteBuffer fields = ByteBuffer.wrap(encoded).position(MAGIC.length + Byte.BYTES);
        int iterations = fields.getInt();
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new BackupException("The backup is damaged in its header.");
        }
        byte[] salt = new byte[SALT];
        fields.get(salt);
        byte[] master = master(passphrase, salt, iterations);
        try {
            byte[] expected = check(master, Arrays.copyOf(encoded, CHECKED));
            if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(encoded, CHECKED, LENGTH))) {
                throw new BackupException(
                        "The passphrase is not the one that this backup was made with, or the backup is damaged in its"
                                + " header.");
            }
            return new SealedHeader(encoded, contentKey(master));
        } finally {
            Arrays.fill(master, (byte) 0);
        }
    }

    byte[] encoded() {
        return encoded.clone();
    }

    /**
     * A cipher for one chunk. Its nonce is {@code number u88 | last u8}: no chunk can take the place of another, and none but the
     * last can be the last.
     */
    Cipher cipher(int mode, long number, boolean last) {
        byte[] nonce = ByteBuffer.allocate(12)
                .position(3)
                .putLong(number)
                .put((byte) (last ? 1 : 0))
                .array();
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, contentKey, new GCMParameterSpec(TAG * Byte.SIZE, nonce));
            cipher.updateAAD(encoded);
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private static byte[] master(BackupPassphrase passphrase, byte[] salt, int iterations) {
        char[] secret = passphrase.secret();
        PBEKeySpec spec = new PBEKeySpec(secret, salt, iterations, 256);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(secret, '\0');
        }
    }

    private static byte[] check(byte[] master, byte[] checked) {
        return hmac(expand(master, "waxwing backup header"), checked);
    }

    private static SecretKeySpec contentKey(byte[] master) {
        return new SecretKeySpec(expand(master, "waxwing backup content"), "AES");
    }

    private static byte[] expand(byte[] master, String label) {
        return hmac(master, (label + "\1").getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "SealedHeader";
    }
}
