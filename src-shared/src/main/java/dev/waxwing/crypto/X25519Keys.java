package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.security.InvalidKeyException;
import java.security.SecureRandom;

/** A key pair of RFC 7748. Owned by one thread. */
public interface X25519Keys extends AutoCloseable {

    /** Bytes of a key, and of what two of them agree on. */
    int SIZE = 32;

    /** The private key's product with the base point, {@value #SIZE} bytes. */
    Bytes publicKey();

    /**
     * The private key's product with another's public key.
     *
     * @param u {@value #SIZE} bytes
     * @return {@value #SIZE} bytes
     * @throws InvalidKeyException if the result is all zero
     */
    Secret agree(Bytes u) throws InvalidKeyException;

    /** Wipes the private key. */
    @Override
    void close();

    /** The next {@value #SIZE} bytes of a generator as a private key, with which this provider computes. */
    static X25519Keys drawnFrom(SecureRandom random, CryptoProvider crypto) {
        byte[] drawn = new byte[SIZE];
        random.nextBytes(drawn);
        Secret scalar = Secret.adopt(drawn);
        try (Secret product = crypto.x25519(scalar, Scalar.BASE_POINT)) {
            return new Scalar(scalar, Bytes.of(product.value()), crypto);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the base point has full order", e);
        }
    }

    /** A private key that we hold ourselves. */
    record Scalar(Secret scalar, Bytes publicKey, CryptoProvider crypto) implements X25519Keys {

        private static final Bytes BASE_POINT =
                Bytes.fromHex("0900000000000000000000000000000000000000000000000000000000000000");

        @Override
        public Secret agree(Bytes u) throws InvalidKeyException {
            return crypto.x25519(scalar, u);
        }

        @Override
        public void close() {
            scalar.close();
        }
    }
}
