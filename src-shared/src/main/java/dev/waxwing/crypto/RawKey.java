package dev.waxwing.crypto;

import javax.crypto.SecretKey;

/** A secret as the JDK's engines want it. {@code SecretKeySpec} would print a hash of the key and could not be wiped. */
final class RawKey implements SecretKey {

    private final Secret secret;
    private final String algorithm;

    RawKey(Secret secret, String algorithm) {
        this.secret = secret;
        this.algorithm = algorithm;
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return secret.value().clone();
    }

    @Override
    public void destroy() {
        secret.close();
    }

    @Override
    public String toString() {
        return "RawKey";
    }
}
