package dev.waxwing.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * One key of one direction: seals or opens payloads by sequence number (protocol section 3.3), in place, with one cipher
 * that is used again and again. Owned by one thread, or guarded by one lock.
 */
public final class Aead implements AutoCloseable {

    /** Bytes that sealing adds. */
    public static final int TAG_LENGTH = 16;

    private final Cipher cipher;
    private final RawKey key;
    private final Function<byte[], AlgorithmParameterSpec> parameters;
    private final TrafficKeys keys;

    Aead(Cipher cipher, String algorithm, TrafficKeys keys, Function<byte[], AlgorithmParameterSpec> parameters) {
        this.cipher = cipher;
        this.key = new RawKey(keys.key(), algorithm);
        this.parameters = parameters;
        this.keys = keys;
    }

    public Suite suite() {
        return keys.suite();
    }

    /**
     * Seals the buffer's remaining bytes in place.
     *
     * @param sequence never the same one twice
     * @param text its capacity has 16 bytes more than its limit; afterwards it spans ciphertext and tag
     */
    public void seal(long sequence, byte[] additionalData, ByteBuffer text) {
        ByteBuffer sealed = text.duplicate().limit(text.limit() + TAG_LENGTH);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters.apply(nonce(sequence)));
            cipher.updateAAD(additionalData);
            cipher.doFinal(text.duplicate(), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
        text.limit(text.limit() + TAG_LENGTH);
    }

    /**
     * Opens the buffer's remaining bytes, ciphertext and tag, in place; afterwards the buffer spans the plaintext.
     *
     * @throws AEADBadTagException if the tag does not agree; the buffer's bytes are then undefined
     */
    public void open(long sequence, byte[] additionalData, ByteBuffer text) throws AEADBadTagException {
        ByteBuffer opened = text.duplicate();
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, parameters.apply(nonce(sequence)));
            cipher.updateAAD(additionalData);
            cipher.doFinal(text.duplicate(), opened);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening failed", e);
        }
        text.limit(opened.position());
    }

    /** Wipes key and IV. */
    @Override
    public void close() {
        keys.close();
    }

    /** {@code iv XOR (0^32 | sequence u64)}. */
    private byte[] nonce(long sequence) {
        byte[] nonce = keys.iv().value().clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[nonce.length - 1 - i] ^= (byte) (sequence >>> 8 * i);
        }
        return nonce;
    }
}
