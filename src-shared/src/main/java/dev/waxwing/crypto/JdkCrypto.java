package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;

/** Everything from the JDK's own providers. */
final class JdkCrypto implements CryptoProvider {

    static final JdkCrypto INSTANCE = new JdkCrypto();

    private final Engines engines = new Engines(
            named("SunJCE"), named("SunEC"), named("SunEC"), named("SunRsaSign"), "ChaCha20-Poly1305", "RSASSA-PSS");

    private JdkCrypto() {}

    private static Provider named(String name) {
        Provider provider = Security.getProvider(name);
        if (provider == null) {
            throw new IllegalStateException(name + " is missing from this Java runtime");
        }
        return provider;
    }

    @Override
    public String name() {
        return "JDK";
    }

    @Override
    public ByteBuffer allocate(int size) {
        return ByteBuffer.allocate(size);
    }

    @Override
    public Aead aead(TrafficKeys keys, SecureRandom random) {
        return engines.aead(keys, random);
    }

    @Override
    public Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException {
        return engines.x25519(scalar, u);
    }

    @Override
    public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        return engines.sign(scheme, key, content);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
        return engines.verify(scheme, key, content, signature);
    }
}
