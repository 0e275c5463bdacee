package dev.waxwing.classic;

import java.security.InvalidKeyException;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;

/** A certificate and the private key that belongs to it. The key is never printed. Immutable. */
public final class ClassicCredential {

    private final ClassicCertificate certificate;
    private final RSAPrivateCrtKey privateKey;

    /** @throws IllegalArgumentException if the key is not the certificate's */
    public ClassicCredential(ClassicCertificate certificate, RSAPrivateCrtKey privateKey) {
        try {
            Rsa.requirePair(certificate.publicKey(), privateKey);
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("the private key does not belong to the certificate", e);
        }
        this.certificate = certificate;
        this.privateKey = privateKey;
    }

    public ClassicCertificate certificate() {
        return certificate;
    }

    RSAPrivateKey privateKey() {
        return privateKey;
    }

    /** The private key's PEM text, for a kit only; the caller should wipe it. */
    byte[] privateKeyPem() {
        return ClassicKeys.pem(privateKey);
    }

    @Override
    public String toString() {
        return "ClassicCredential[" + certificate.commonName() + "]";
    }
}
