package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.DecapsulateException;
import org.conscrypt.NativeCrypto;

/**
 * ML-KEM-768 of BoringSSL. Conscrypt 2.9.0 offers a KEM under that name, but its jar for the JDK lacks the class. The native
 * functions behind it are there and not public, so this goes past Conscrypt's interface, and is no more than absent where a version
 * of Conscrypt has them no more. They check all lengths, and encapsulation keys as section 7.2 of FIPS 203 says.
 *
 * @param encapsulationKey {@code byte[] (byte[] seed)}
 * @param encapsulate {@code void (byte[] encapsulationKey, byte[] ciphertext, byte[] shared)}; the last two are filled
 * @param decapsulate {@code byte[] (byte[] ciphertext, byte[] seed)}
 */
record ConscryptMlKem(MethodHandle encapsulationKey, MethodHandle encapsulate, MethodHandle decapsulate) {

    /** d and z of FIPS 203, 32 bytes each. */
    private static final int SEED = 64;

    private static final int SHARED = 32;

    /** Looks for the functions, once Conscrypt's native library is loaded. */
    static Optional<ConscryptMlKem> find() {
        try {
            Lookup conscrypt = MethodHandles.privateLookupIn(NativeCrypto.class, MethodHandles.lookup());
            return Optional.of(new ConscryptMlKem(
                    find(conscrypt, "MLKEM768_public_key_from_seed", byte[].class, byte[].class),
                    find(conscrypt, "MLKEM768_encap", void.class, byte[].class, byte[].class, byte[].class),
                    find(conscrypt, "MLKEM768_decap", byte[].class, byte[].class, byte[].class)));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    private static MethodHandle find(Lookup conscrypt, String name, Class<?> result, Class<?>... parameters)
            throws ReflectiveOperationException {
        return conscrypt.findStatic(NativeCrypto.class, name, MethodType.methodType(result, parameters));
    }

    MlKemKeys generate(SecureRandom random) {
        byte[] seed = new byte[SEED];
        random.nextBytes(seed);
        try {
            return new Keys(Secret.adopt(seed), Bytes.of((byte[]) encapsulationKey.invokeExact(seed)));
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The randomness is BoringSSL's own. */
    Encapsulation encapsulate(Bytes encapsulationKey) throws InvalidKeyException {
        byte[] ciphertext = new byte[MlKemKeys.CIPHERTEXT];
        byte[] shared = new byte[SHARED];
        try {
            encapsulate.invokeExact(encapsulationKey.toArray(), ciphertext, shared);
            return new Encapsulation(Bytes.of(ciphertext), Secret.adopt(shared));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("not an ML-KEM-768 encapsulation key", e);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private Secret decapsulate(Bytes ciphertext, Secret seed) throws DecapsulateException {
        try {
            return Secret.adopt((byte[]) decapsulate.invokeExact(ciphertext.toArray(), seed.value()));
        } catch (IllegalArgumentException e) {
            throw new DecapsulateException("not an ML-KEM-768 ciphertext", e);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(Throwable cause) {
        return new IllegalStateException("ML-KEM-768 of BoringSSL failed", cause);
    }

    private final class Keys implements MlKemKeys {

        private final Secret seed;
        private final Bytes encapsulationKey;

        private Keys(Secret seed, Bytes encapsulationKey) {
            this.seed = seed;
            this.encapsulationKey = encapsulationKey;
        }

        @Override
        public Bytes encapsulationKey() {
            return encapsulationKey;
        }

        @Override
        public Secret decapsulate(Bytes ciphertext) throws DecapsulateException {
            return ConscryptMlKem.this.decapsulate(ciphertext, seed);
        }

        @Override
        public void close() {
            seed.close();
        }
    }
}
