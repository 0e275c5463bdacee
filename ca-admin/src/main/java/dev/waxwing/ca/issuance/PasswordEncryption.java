package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Pbes2;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.CipherOutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.GenericKey;
import org.bouncycastle.operator.OutputEncryptor;

/** {@link Pbes2} as Bouncy Castle's builders of files take it, for one piece of a file. Used by one thread. */
final class PasswordEncryption implements OutputEncryptor {

    private final Pbes2 encryption;

    PasswordEncryption(String password, int iterations, SecureRandom random) throws GeneralSecurityException {
        this.encryption = Pbes2.encrypting(password.toCharArray(), iterations, random);
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return encryption.algorithm();
    }

    @Override
    public OutputStream getOutputStream(OutputStream encrypted) {
        return new CipherOutputStream(encrypted, encryption.cipher());
    }

    @Override
    public GenericKey getKey() {
        return new GenericKey(encryption.algorithm(), encryption.key().getEncoded());
    }
}
