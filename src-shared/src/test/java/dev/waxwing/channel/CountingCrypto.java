package dev.waxwing.channel;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Secret;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The best provider, which counts the bytes of the buffers that it made. */
final class CountingCrypto implements CryptoProvider {

    private final CryptoProvider best = CryptoProvider.best();
    private final AtomicLong allocated = new AtomicLong();

    /** Bytes of all buffers so far. */
    long allocated() {
        return allocated.get();
    }

    @Override
    public String name() {
        return best.name();
    }

    @Override
    public ByteBuffer allocate(int size) {
        allocated.addAndGet(size);
        return best.allocate(size);
    }

    @Override
    public Aead aead(TrafficKeys keys, SecureRandom random) {
        return best.aead(keys, random);
    }

    @Override
    public Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException {
        return best.x25519(scalar, u);
    }

    @Override
    public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        return best.sign(scheme, key, content);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
        return best.verify(scheme, key, content, signature);
    }
}
