package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Optional;
import org.conscrypt.Conscrypt;

/** Conscrypt as a bag of primitives; it is never registered with the JDK and never used as TLS. */
final class ConscryptCrypto implements CryptoProvider {

    private final Engines engines;
    private final TranslatedKeys ellipticKeys;
    private final Optional<ConscryptMlKem> mlKem = ConscryptMlKem.find();

    private ConscryptCrypto(Provider provider) {
        this.engines =
                new Engines(provider, provider, provider, provider, "ChaCha20/Poly1305/NoPadding", "SHA256withRSA/PSS");
        this.ellipticKeys = new TranslatedKeys(provider);
    }

    static Optional<CryptoProvider> instance() {
        return Loaded.INSTANCE;
    }

    @Override
    public String name() {
        return "Conscrypt";
    }

    @Override
    public ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size);
    }

    @Override
    public Aead aead(TrafficKeys keys, SecureRandom random) {
        return engines.aead(keys, random);
    }

    @Override
    public MlKemKeys mlKemKeys(SecureRandom random) {
        return mlKem.isPresent() ? mlKem.get().generate(random) : CryptoProvider.super.mlKemKeys(random);
    }

    @Override
    public Encapsulation encapsulate(Bytes encapsulationKey, SecureRandom random) throws InvalidKeyException {
        return mlKem.isPresent()
                ? mlKem.get().encapsulate(encapsulationKey)
                : CryptoProvider.super.encapsulate(encapsulationKey, random);
    }

    /** From BoringSSL's generator: it multiplies the base point in a third of the time, but only for keys that it draws itself. */
    @Override
    public X25519Keys x25519Keys(SecureRandom random) {
        return engines.x25519Keys();
    }

    @Override
    public Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException {
        return engines.x25519(scalar, u);
    }

    @Override
    public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        return engines.sign(
                scheme,
                switch (scheme) {
                    case ECDSA_SECP256R1_SHA256, ECDSA_SECP384R1_SHA384 -> ellipticKeys.translate(key);
                    case RSA_PSS_RSAE_SHA256 -> key;
                },
                content);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
        return engines.verify(scheme, key, content, signature);
    }

    /** Loads the native library once. */
    private static final class Loaded {
        private static final Optional<CryptoProvider> INSTANCE = load();

        private static Optional<CryptoProvider> load() {
            try {
                return Conscrypt.isAvailable()
                        ? Optional.of(new ConscryptCrypto(Conscrypt.newProvider()))
                        : Optional.empty();
            } catch (LinkageError e) {
                return Optional.empty();
            }
        }
    }
}
