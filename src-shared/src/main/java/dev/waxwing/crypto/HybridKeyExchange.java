package dev.waxwing.crypto;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import javax.crypto.DecapsulateException;

/**
 * X25519MLKEM768 (protocol sections 5.1, 5.2 and 6.2): shares and shared secret have the ML-KEM part first. Randomness is
 * drawn in the order in which the parts stand in the share; the provider may have its own.
 */
public final class HybridKeyExchange {

    /** The code of the group. */
    public static final int GROUP = 0x11EC;

    /** Bytes of the device's share: encapsulation key and X25519 public key. */
    public static final int DEVICE_SHARE = MlKemKeys.ENCAPSULATION_KEY + X25519Keys.SIZE;

    /** Bytes of the server's share: ciphertext and X25519 public key. */
    public static final int SERVER_SHARE = MlKemKeys.CIPHERTEXT + X25519Keys.SIZE;

    private static final int PART = 32;

    private HybridKeyExchange() {}

    /** The device's fresh key pairs; used for one handshake. Owned by one thread. */
    public static final class DeviceKeys implements AutoCloseable {
        private final MlKemKeys mlKem;
        private final X25519Keys x25519;
        private final Bytes share;

        private DeviceKeys(MlKemKeys mlKem, X25519Keys x25519) {
            this.mlKem = mlKem;
            this.x25519 = x25519;
            this.share = Bytes.concat(mlKem.encapsulationKey(), x25519.publicKey());
        }

        public static DeviceKeys generate(CryptoProvider crypto, SecureRandom random) {
            return new DeviceKeys(crypto.mlKemKeys(random), crypto.x25519Keys(random));
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
            Bytes ciphertext = serverShare.slice(0, MlKemKeys.CIPHERTEXT);
            Bytes serverKey = serverShare.slice(MlKemKeys.CIPHERTEXT, SERVER_SHARE);
            try (Secret first = mlKem.decapsulate(ciphertext);
                    Secret second = x25519.agree(serverKey)) {
                return join(first, second);
            } catch (InvalidKeyException | DecapsulateException e) {
                throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "server's key share is not usable", e);
            }
        }

        @Override
        public void close() {
            x25519.close();
            mlKem.close();
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
            Bytes encapsulationKey = deviceShare.slice(0, MlKemKeys.ENCAPSULATION_KEY);
            Bytes deviceKey = deviceShare.slice(MlKemKeys.ENCAPSULATION_KEY, DEVICE_SHARE);
            try {
                Encapsulation mlKem = crypto.encapsulate(encapsulationKey, random);
                try (Secret first = mlKem.shared();
                        X25519Keys own = crypto.x25519Keys(random);
                        Secret second = own.agree(deviceKey)) {
                    return new ServerAnswer(Bytes.concat(mlKem.ciphertext(), own.publicKey()), join(first, second));
                }
            } catch (InvalidKeyException e) {
                throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "device's key share is not usable", e);
            }
        }
    }

    private static Secret join(Secret mlKem, Secret x25519) {
        byte[] shared = new byte[2 * PART];
        System.arraycopy(mlKem.value(), 0, shared, 0, PART);
        System.arraycopy(x25519.value(), 0, shared, PART, PART);
        return Secret.adopt(shared);
    }
}
