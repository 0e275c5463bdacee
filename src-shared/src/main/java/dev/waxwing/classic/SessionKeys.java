package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * The keys of one session, as far as records use them: only devices send records, so the server's two are never made
 * (docs/classic.md, "Session keys"). Wiped on close, never printed. Owned by one thread.
 */
final class SessionKeys implements AutoCloseable {

    static final int PRE_MASTER_SIZE = 32;
    static final int NONCE_SIZE = 16;
    static final int MAC_SIZE = 32;
    static final int BLOCK = 16;

    private static final int VALUE_SIZE = 16;
    private static final String MAC = "HmacSHA256";

    private final RawSecret encryption;
    private final RawSecret authentication;
    private final RawSecret iv;

    private SessionKeys(RawSecret encryption, RawSecret authentication, RawSecret iv) {
        this.encryption = encryption;
        this.authentication = authentication;
        this.iv = iv;
    }

    /**
     * Derives the keys.
     *
     * @param preMaster 32 bytes, taken over and wiped
     */
    static SessionKeys derive(byte[] preMaster, Bytes deviceNonce, Bytes serverNonce) {
        Bytes seed = Bytes.concat(deviceNonce, serverNonce);
        try (RawSecret master = new RawSecret(preMaster, "Generic")) {
            return new SessionKeys(
                    new RawSecret(value(master, "client_enc", seed), "AES"),
                    new RawSecret(value(master, "client_mac", seed), MAC),
                    new RawSecret(value(master, "iv", seed), "Generic"));
        }
    }

    /** HKDF-SHA256 without a salt; the label and both nonces are the info. */
    static byte[] value(RawSecret master, String label, Bytes seed) {
        Bytes info = Bytes.concat(Bytes.of(label.getBytes(StandardCharsets.US_ASCII)), seed);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(master).thenExpand(info.toArray(), VALUE_SIZE));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF failed", e);
        }
    }

    /** Bytes of ciphertext and MAC for so many bytes of plaintext. */
    static int sealedSize(int plainSize) {
        return Math.addExact((plainSize / BLOCK + 1) * BLOCK, MAC_SIZE);
    }

    /** Starts a record. The same IV serves them all: the format wants it so. */
    Cipher encrypting() {
        return cipher(Cipher.ENCRYPT_MODE);
    }

    Cipher decrypting() {
        return cipher(Cipher.DECRYPT_MODE);
    }

    Mac mac() {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(authentication);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC failed", e);
        }
    }

    private Cipher cipher(int mode) {
        byte[] start = iv.value().clone();
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(mode, encryption, new IvParameterSpec(start));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CBC failed", e);
        } finally {
            Arrays.fill(start, (byte) 0);
        }
    }

    @Override
    public void close() {
        encryption.close();
        authentication.close();
        iv.close();
    }

    @Override
    public String toString() {
        return "SessionKeys";
    }
}
