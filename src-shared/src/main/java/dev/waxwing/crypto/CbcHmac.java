package dev.waxwing.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES-128-CBC, then HMAC-SHA-256 over everything (protocol section 4.1): {@code IV (16) | ciphertext | MAC (32)}. The MAC is
 * compared, in constant time, before anything is decrypted, and there is no padding that could be wrong.
 */
final class CbcHmac implements Aead {

    private static final Suite SUITE = Suite.AES_128_CBC_HMAC_SHA256;

    private final Cipher cipher;
    private final Mac mac;
    private final TrafficKeys keys;
    private final RawKey key;
    private final SecureRandom random;
    private final byte[] iv = new byte[SUITE.prefix()];

    /**
     * @param mac with the keys' MAC key
     * @param random for the IV of each record
     */
    CbcHmac(Cipher cipher, Mac mac, TrafficKeys keys, SecureRandom random) {
        this.cipher = cipher;
        this.mac = mac;
        this.keys = keys;
        this.key = new RawKey(keys.key(), "AES");
        this.random = random;
    }

    @Override
    public Suite suite() {
        return SUITE;
    }

    /** The sequence number stands in the additional data, so the IV need not repeat it. */
    @Override
    public void seal(long sequence, byte[] additionalData, ByteBuffer text) {
        random.nextBytes(iv);
        int start = text.position();
        text.put(iv);
        crypt(Cipher.ENCRYPT_MODE, text);
        byte[] tag = authenticate(additionalData, text.position(start).duplicate());
        int end = text.limit();
        text.limit(end + tag.length).put(end, tag);
    }

    @Override
    public void open(long sequence, byte[] additionalData, ByteBuffer payload) throws AEADBadTagException {
        byte[] tag = new byte[SUITE.tagLength()];
        int end = payload.limit() - tag.length;
        payload.get(end, tag).limit(end);
        if (!MessageDigest.isEqual(tag, authenticate(additionalData, payload.duplicate()))) {
            throw new AEADBadTagException("the MAC does not agree");
        }
        payload.get(iv);
        crypt(Cipher.DECRYPT_MODE, payload);
    }

    @Override
    public void close() {
        keys.close();
    }

    private byte[] authenticate(byte[] additionalData, ByteBuffer ivAndCiphertext) {
        mac.update(additionalData);
        mac.update(ivAndCiphertext);
        return mac.doFinal();
    }

    /** En- or decrypts the remaining bytes under the current IV, in place. */
    private void crypt(int mode, ByteBuffer text) {
        try {
            cipher.init(mode, key, new IvParameterSpec(iv));
            cipher.doFinal(text.duplicate(), text.duplicate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CBC failed", e);
        }
    }
}
