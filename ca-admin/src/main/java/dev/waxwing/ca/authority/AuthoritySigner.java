package dev.waxwing.ca.authority;

import java.security.GeneralSecurityException;
import java.security.PublicKey;

/**
 * The only way to an authority's private key. The software signer holds it in memory; a PKCS#11 token can stand here instead.
 */
public interface AuthoritySigner {

    /** The public half of the key. */
    PublicKey publicKey();

    /** The JCA name of what {@link #sign} makes: {@code SHA256withECDSA} or {@code SHA384withECDSA}. */
    String algorithm();

    /**
     * Signs these bytes. Any thread may call; calls may wait for each other.
     *
     * @throws GeneralSecurityException when the key cannot be used
     */
    byte[] sign(byte[] toBeSigned) throws GeneralSecurityException;
}
