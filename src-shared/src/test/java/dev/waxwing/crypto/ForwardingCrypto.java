package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;

/** A provider that leaves everything to another; a test overrides what it wants to see. */
public class ForwardingCrypto implements CryptoProvider {

    private final CryptoProvider provider;

    protected ForwardingCrypto(CryptoProvider provider) {
        this.provider = provider;
    }

    /** Keys from this generator, wherever the other provider takes its own from. */
    protected final X25519Keys drawnFrom(SecureRandom random) {
        return X25519Keys.drawnFrom(random, this);
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public ByteBuffer allocate(int size) {
        return provider.allocate(size);
    }

    @Override
    public Aead aead(TrafficKeys keys, SecureRandom random) {
        return provider.aead(keys, random);
    }

    @Override
    public MlKemKeys mlKemKeys(SecureRandom random) {
        return provider.mlKemKeys(random);
    }

    @Override
    public Encapsulation encapsulate(Bytes encapsulationKey, SecureRandom random) throws InvalidKeyException {
        return provider.encapsulate(encapsulationKey, random);
    }

    @Override
    public X25519Keys x25519Keys(SecureRandom random) {
        return provider.x25519Keys(random);
    }

    @Override
    public Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException {
        return provider.x25519(scalar, u);
    }

    @Override
    public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        return provider.sign(scheme, key, content);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
        return provider.verify(scheme, key, content, signature);
    }
}
