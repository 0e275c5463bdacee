package dev.waxwing.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/** The AEAD suites of protocol section 4: one cipher that is used again and again, its nonce the IV with the sequence number. */
final class NonceAead implements Aead {

    private final Cipher cipher;
    private final RawKey key;
    private final Function<byte[], AlgorithmParameterSpec> parameters;
    private final Suite suite;
    private final Secret iv;

    NonceAead(Cipher cipher, String algorithm, TrafficKeys keys, Function<byte[], AlgorithmParameterSpec> parameters) {
        this.cipher = cipher;
        this.key = new RawKey(keys.key(), algorithm);
        this.parameters = parameters;
        this.suite = keys.suite();
        this.iv = keys.companion();
    }

    @Override
    public Suite suite() {
        return suite;
    }

    @Override
    public void seal(long sequence, byte[] additionalData, ByteBuffer text) {
        ByteBuffer sealed = text.duplicate().limit(text.limit() + tagLength());
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters.apply(nonce(sequence)));
            cipher.updateAAD(additionalData);
            cipher.doFinal(text.duplicate(), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
        text.limit(text.limit() + tagLength());
    }

    @Override
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

    @Override
    public void close() {
        key.destroy();
        iv.close();
    }

    private int tagLength() {
        return suite.tagLength();
    }

    /** {@code iv XOR (0^32 | sequence u64)}. */
    private byte[] nonce(long sequence) {
        byte[] nonce = iv.value().clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[nonce.length - 1 - i] ^= (byte) (sequence >>> 8 * i);
        }
        return nonce;
    }
}
