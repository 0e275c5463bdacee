package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;

/**
 * What ML-KEM.Encaps of FIPS 203 gives, with the parameters of ML-KEM-768.
 *
 * @param ciphertext {@value MlKemKeys#CIPHERTEXT} bytes, for the owner of the key
 * @param shared the shared secret, 32 bytes
 */
public record Encapsulation(Bytes ciphertext, Secret shared) {}
