package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.security.InvalidKeyException;
import java.security.SecureRandom;

/**
 * A key pair of RFC 7748. Owned by one thread.
 *
 * @param scalar the private key, 32 bytes
 * @param publicKey its product with the base point, 32 bytes
 */
public record X25519Keys(Secret scalar, Bytes publicKey) implements AutoCloseable {

    static final int SIZE = 32;

    private static final Bytes BASE_POINT =
            Bytes.fromHex("0900000000000000000000000000000000000000000000000000000000000000");

    /** The next 32 bytes of a generator as a private key. */
    static X25519Keys drawnFrom(SecureRandom random, CryptoProvider crypto) {
        byte[] drawn = new byte[SIZE];
        random.nextBytes(drawn);
        Secret scalar = Secret.adopt(drawn);
        try (Secret product = crypto.x25519(scalar, BASE_POINT)) {
            return new X25519Keys(scalar, Bytes.of(product.value()));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the base point has full order", e);
        }
    }

    /** Wipes the private key. */
    @Override
    public void close() {
        scalar.close();
    }
}
