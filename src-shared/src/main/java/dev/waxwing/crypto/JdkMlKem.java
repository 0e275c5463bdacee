package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.DecapsulateException;
import javax.crypto.KEM;
import javax.security.auth.DestroyFailedException;

/** ML-KEM-768 of the JDK. */
final class JdkMlKem {

    private static final String ML_KEM = "ML-KEM";
    private static final Bytes X509_HEAD = Bytes.fromHex("308204b2300b0609608648016503040402038204a100");

    private JdkMlKem() {}

    static MlKemKeys generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ML_KEM);
            generator.initialize(NamedParameterSpec.ML_KEM_768, random);
            return new Keys(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ML-KEM-768 key generation failed", e);
        }
    }

    static Encapsulation encapsulate(Bytes encapsulationKey, SecureRandom random) throws InvalidKeyException {
        try {
            KEM.Encapsulated made = KEM.getInstance(ML_KEM)
                    .newEncapsulator(decode(encapsulationKey), random)
                    .encapsulate();
            return new Encapsulation(
                    Bytes.of(made.encapsulation()), Secret.adopt(made.key().getEncoded()));
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ML-KEM-768 failed", e);
        }
    }

    private static PublicKey decode(Bytes raw) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(ML_KEM)
                    .generatePublic(
                            new X509EncodedKeySpec(Bytes.concat(X509_HEAD, raw).toArray()));
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeyException("not an ML-KEM-768 encapsulation key", e);
        }
    }

    private static final class Keys implements MlKemKeys {

        private final PrivateKey decapsulationKey;
        private final Bytes encapsulationKey;

        private Keys(KeyPair keys) {
            this.decapsulationKey = keys.getPrivate();
            Bytes encoded = Bytes.of(keys.getPublic().getEncoded());
            this.encapsulationKey = encoded.slice(X509_HEAD.size(), encoded.size());
        }

        @Override
        public Bytes encapsulationKey() {
            return encapsulationKey;
        }

        @Override
        public Secret decapsulate(Bytes ciphertext) throws DecapsulateException {
            try {
                return Secret.adopt(KEM.getInstance(ML_KEM)
                        .newDecapsulator(decapsulationKey)
                        .decapsulate(ciphertext.toArray())
                        .getEncoded());
            } catch (DecapsulateException e) {
                throw e;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("ML-KEM-768 failed", e);
            }
        }

        @Override
        public void close() {
            try {
                decapsulationKey.destroy();
            } catch (DestroyFailedException e) {
                // The JDK's keys cannot be; the garbage collector has it.
            }
        }
    }
}
