package dev.waxwing.crypto;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.DecapsulateException;
import javax.crypto.KEM;
import javax.crypto.SecretKey;
import javax.security.auth.DestroyFailedException;

/**
 * X25519MLKEM768 (protocol sections 5.1, 5.2 and 6.2): shares and shared secret have the ML-KEM part first. Randomness is
 * drawn in the order in which the parts stand in the share; for X25519, the provider may have its own.
 */
public final class HybridKeyExchange {

    /** The code of the group. */
    public static final int GROUP = 0x11EC;

    /** Bytes of the device's share: encapsulation key and X25519 public key. */
    public static final int DEVICE_SHARE = 1184 + 32;

    /** Bytes of the server's share: ciphertext and X25519 public key. */
    public static final int SERVER_SHARE = 1088 + 32;

    private static final String ML_KEM = "ML-KEM";
    private static final int ENCAPSULATION_KEY = 1184;
    private static final int CIPHERTEXT = 1088;
    private static final int PART = 32;
    private static final Bytes ML_KEM_X509_HEAD = Bytes.fromHex("308204b2300b0609608648016503040402038204a100");

    private HybridKeyExchange() {}

    /** The device's fresh key pairs; used for one handshake. Owned by one thread. */
    public static final class DeviceKeys implements AutoCloseable {
        private final CryptoProvider crypto;
        private final KeyPair mlKem;
        private final X25519Keys x25519;
        private final Bytes share;

        private DeviceKeys(CryptoProvider crypto, KeyPair mlKem, X25519Keys x25519) {
            this.crypto = crypto;
            this.mlKem = mlKem;
            this.x25519 = x25519;
            this.share = Bytes.concat(rawEncapsulationKey(mlKem.getPublic()), x25519.publicKey());
        }

        public static DeviceKeys generate(CryptoProvider crypto, SecureRandom random) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(ML_KEM);
                generator.initialize(NamedParameterSpec.ML_KEM_768, random);
                return new DeviceKeys(crypto, generator.generateKeyPair(), crypto.x25519Keys(random));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("ML-KEM-768 key generation failed", e);
            }
        }

        /** key_share of ClientHello. */
        public Bytes share() {
            return share;
        }

        /** The shared secret of 64 bytes from the server's share. */
        public Secret agree(Bytes serverShare) throws ProtocolException {
            if (serverShare.size() != SERVER_SHARE) {
                throw ProtocolException.malformed("server's key share has " + serverShare.size() + " bytes");
            }
            try {
                SecretKey mlKemSecret = KEM.getInstance(ML_KEM)
                        .newDecapsulator(mlKem.getPrivate())
                        .decapsulate(serverShare.slice(0, CIPHERTEXT).toArray());
                return join(mlKemSecret, crypto.x25519(x25519.scalar(), serverShare.slice(CIPHERTEXT, SERVER_SHARE)));
            } catch (InvalidKeyException | DecapsulateException e) {
                throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "server's key share is not usable", e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("ML-KEM-768 failed", e);
            }
        }

        @Override
        public void close() {
            x25519.close();
            try {
                mlKem.getPrivate().destroy();
            } catch (DestroyFailedException e) {
                // Not every provider can; then the garbage collector has it.
            }
        }
    }

    /**
     * The server's half.
     *
     * @param share key_share of ServerHello
     * @param shared the shared secret of 64 bytes
     */
    public record ServerAnswer(Bytes share, Secret shared) {

        public static ServerAnswer to(Bytes deviceShare, CryptoProvider crypto, SecureRandom random)
                throws ProtocolException {
            if (deviceShare.size() != DEVICE_SHARE) {
                throw ProtocolException.malformed("device's key share has " + deviceShare.size() + " bytes");
            }
            try {
                KEM.Encapsulated mlKem = KEM.getInstance(ML_KEM)
                        .newEncapsulator(encapsulationKey(deviceShare.slice(0, ENCAPSULATION_KEY)), random)
                        .encapsulate();
                try (X25519Keys own = crypto.x25519Keys(random)) {
                    Secret x25519 = crypto.x25519(own.scalar(), deviceShare.slice(ENCAPSULATION_KEY, DEVICE_SHARE));
                    Bytes share = Bytes.concat(Bytes.of(mlKem.encapsulation()), own.publicKey());
                    return new ServerAnswer(share, join(mlKem.key(), x25519));
                }
            } catch (InvalidKeyException e) {
                throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "device's key share is not usable", e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("ML-KEM-768 failed", e);
            }
        }
    }

    private static Secret join(SecretKey mlKem, Secret x25519) {
        try (x25519;
                Secret first = Secret.adopt(mlKem.getEncoded())) {
            byte[] shared = new byte[2 * PART];
            System.arraycopy(first.value(), 0, shared, 0, PART);
            System.arraycopy(x25519.value(), 0, shared, PART, PART);
            return Secret.adopt(shared);
        }
    }

    private static Bytes rawEncapsulationKey(PublicKey key) {
        Bytes encoded = Bytes.of(key.getEncoded());
        return encoded.slice(encoded.size() - ENCAPSULATION_KEY, encoded.size());
    }

    private static PublicKey encapsulationKey(Bytes raw) throws InvalidKeyException {
        try {
            return KeyFactory.getInstance(ML_KEM)
                    .generatePublic(new X509EncodedKeySpec(
                            Bytes.concat(ML_KEM_X509_HEAD, raw).toArray()));
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("not an ML-KEM-768 encapsulation key", e);
        }
    }
}
