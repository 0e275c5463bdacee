package dev.waxwing.ca.authority;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;

/** PKCS#8 keys under {@link Pbes2}. OpenSSL reads and writes the same. */
final class KeyEncryption {

    private KeyEncryption() {}

    static byte[] encrypt(PrivateKey key, Passphrase passphrase, SecureRandom random)
            throws GeneralSecurityException, IOException {
        Pbes2 encryption = Pbes2.encrypting(passphrase.secret(), passphrase.iterations(), random);
        byte[] plain = key.getEncoded();
        try {
            return new EncryptedPrivateKeyInfo(
                            encryption.algorithm(), encryption.cipher().doFinal(plain))
                    .getEncoded();
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /** @throws GeneralSecurityException when the passphrase does not fit, or the encoding is not ours */
    static PrivateKey decrypt(byte[] encoded, Passphrase passphrase) throws GeneralSecurityException {
        byte[] plain = new byte[0];
        try {
            var info = EncryptedPrivateKeyInfo.getInstance(encoded);
            plain = Pbes2.decrypting(info.getEncryptionAlgorithm(), passphrase.secret())
                    .cipher()
                    .doFinal(info.getEncryptedData());
            String algorithm = algorithm(PrivateKeyInfo.getInstance(plain));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(plain));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the key's encoding is damaged", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static String algorithm(PrivateKeyInfo info) {
        return PKCSObjectIdentifiers.rsaEncryption.equals(
                        info.getPrivateKeyAlgorithm().getAlgorithm())
                ? "RSA"
                : "EC";
    }
}
