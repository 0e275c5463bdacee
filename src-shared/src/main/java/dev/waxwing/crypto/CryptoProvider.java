package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The primitives that are worth choosing: AEAD, key exchange and signatures. Hashes and HKDF always come from the JDK. Every
 * provider gives the same bytes. Safe for use by many threads.
 */
public interface CryptoProvider {

    /** Names the provider that a process uses; a system property, and a setting of the server. */
    String SETTING = "waxwing.channel.crypto";

    /** The one that the system property {@link #SETTING} names; the best if there is no such property. */
    static CryptoProvider chosen() {
        return named(System.getProperty(SETTING, "best"));
    }

    /**
     * @param name {@code best}, or {@code jdk} for an owner who trusts only what the Java runtime brings
     * @throws IllegalArgumentException for any other name
     */
    static CryptoProvider named(String name) {
        return switch (name) {
            case "best" -> best();
            case "jdk" -> jdk();
            default -> throw new IllegalArgumentException("%s is best or jdk, not %s".formatted(SETTING, name));
        };
    }

    /** Conscrypt where its native library loads, otherwise the JDK. */
    static CryptoProvider best() {
        return conscrypt().orElseGet(CryptoProvider::jdk);
    }

    /** The JDK alone; its ciphers are fast on heap buffers. */
    static CryptoProvider jdk() {
        return JdkCrypto.INSTANCE;
    }

    /** Conscrypt, if its native library loads here; its ciphers are fast on direct buffers. */
    static Optional<CryptoProvider> conscrypt() {
        return ConscryptCrypto.instance();
    }

    /** For people: {@code Conscrypt} or {@code JDK}. */
    String name();

    /** A buffer of the kind on which this provider's ciphers are fast. Never mix the kinds. */
    ByteBuffer allocate(int size);

    /**
     * Makes the keys into a cipher of their suite; the keys are given away.
     *
     * @param random for suites that need a fresh IV for each record
     */
    Aead aead(TrafficKeys keys, SecureRandom random);

    /**
     * ML-KEM.KeyGen of FIPS 203: a fresh key pair for ML-KEM-768, with d and z from the generator that is passed in. The JDK's unless
     * the provider has its own.
     */
    default MlKemKeys mlKemKeys(SecureRandom random) {
        return JdkMlKem.generate(random);
    }

    /**
     * ML-KEM.Encaps of FIPS 203, with its check of the key. The JDK's, with m from the generator that is passed in, unless the provider
     * has its own, and a generator for it: Conscrypt has, with BoringSSL's.
     *
     * @throws InvalidKeyException if the key has not {@value MlKemKeys#ENCAPSULATION_KEY} bytes, or coefficients that are not reduced
     */
    default Encapsulation encapsulate(Bytes encapsulationKey, SecureRandom random) throws InvalidKeyException {
        return JdkMlKem.encapsulate(encapsulationKey, random);
    }

    /**
     * A fresh key pair for X25519. The private key is drawn from the generator that is passed in, unless the provider has a
     * cryptographic one of its own and makes keys faster with it: Conscrypt does, with BoringSSL's.
     */
    default X25519Keys x25519Keys(SecureRandom random) {
        return X25519Keys.drawnFrom(random, this);
    }

    /**
     * The function X25519 of RFC 7748.
     *
     * @param scalar 32 bytes
     * @param u 32 bytes
     * @throws InvalidKeyException if the result is all zero
     */
    Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException;

    /**
     * @throws InvalidKeyException if the key cannot sign under this scheme
     */
    Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException;

    /** False for every reason: another key, a broken encoding, a signature that does not agree. */
    boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature);
}
