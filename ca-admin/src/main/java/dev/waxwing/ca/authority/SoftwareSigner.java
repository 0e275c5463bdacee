package dev.waxwing.ca.authority;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** A signer with its key in memory. Immutable; every call makes its own {@link Signature}. */
final class SoftwareSigner implements AuthoritySigner {

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final String algorithm;

    SoftwareSigner(PrivateKey privateKey, PublicKey publicKey, String algorithm) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.algorithm = algorithm;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public String algorithm() {
        return algorithm;
    }

    @Override
    public byte[] sign(byte[] toBeSigned) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(toBeSigned);
        return signature.sign();
    }
}
