package dev.waxwing.ca.authority;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The file in which the root's private key leaves the server: PEM, the key as PKCS#8 under a passphrase of its own (RFC 8018,
 * PBES2), then the root's certificate, so that whoever finds it knows what it is.
 */
final class RootExport {

    private static final String SUBJECT = "The passphrase of the root's export";

    private RootExport() {}

    static byte[] seal(PrivateKey key, X509Certificate certificate, String passphrase, SecureRandom random) {
        Passphrase chosen = Passphrase.chosen(passphrase, SUBJECT);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(
                    Pem.encryptedKey(KeyEncryption.encrypt(key, chosen, random)).bytes());
            out.writeBytes(Pem.certificate(certificate).bytes());
            return out.toByteArray();
        } catch (IOException | GeneralSecurityException e) {
            throw new AuthorityException("The root's private key could not be encrypted: " + e, e);
        }
    }

    /** @throws AuthorityException unless it is an export of this root's key under this passphrase */
    static PrivateKey open(byte[] export, String passphrase, X509Certificate certificate) {
        try {
            List<Pem> blocks = Pem.read(new String(export, StandardCharsets.US_ASCII));
            Pem locked = blocks.stream()
                    .filter(Pem::isEncryptedKey)
                    .findFirst()
                    .orElseThrow(() -> new AuthorityException("The file holds no encrypted private key."));
            PrivateKey key = decrypt(locked, passphrase);
            if (!KeyPairs.belongTogether(key, certificate.getPublicKey())) {
                throw new AuthorityException("The file holds another private key than that of "
                        + certificate.getSubjectX500Principal().getName() + ".");
            }
            return key;
        } catch (IOException | GeneralSecurityException e) {
            throw new AuthorityException("The file cannot be read as an export of the root's private key: " + e, e);
        }
    }

    private static PrivateKey decrypt(Pem locked, String passphrase) {
        try {
            return KeyEncryption.decrypt(locked.content(), Passphrase.chosen(passphrase, SUBJECT));
        } catch (GeneralSecurityException e) {
            throw new AuthorityException(
                    "The passphrase does not open the file, or the file is damaged (" + e.getMessage() + ").", e);
        }
    }
}
