package dev.waxwing.ca.authority;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * PKCS#8 keys under PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, AES-256-CBC. OpenSSL reads and writes the same.
 */
final class KeyEncryption {

    private static final int SALT_LENGTH = 16;
    private static final int IV_LENGTH = 16;
    private static final int KEY_BITS = 256;

    /** More would be an attack on the server's start, not on the key. */
    private static final int MAX_ITERATIONS = 10_000_000;

    private KeyEncryption() {}

    static byte[] encrypt(PrivateKey key, Passphrase passphrase, SecureRandom random)
            throws GeneralSecurityException, IOException {
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        byte[] iv = new byte[IV_LENGTH];
        random.nextBytes(iv);
        byte[] plain = key.getEncoded();
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.ENCRYPT_MODE, derive(passphrase, salt, passphrase.iterations()), new IvParameterSpec(iv));
            var scheme = new AlgorithmIdentifier(
                    PKCSObjectIdentifiers.id_PBES2, parameters(salt, iv, passphrase.iterations()));
            return new EncryptedPrivateKeyInfo(scheme, cipher.doFinal(plain)).getEncoded();
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static PBES2Parameters parameters(byte[] salt, byte[] iv, int iterations) {
        var prf = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
        var derivation = new PBKDF2Params(salt, iterations, KEY_BITS / 8, prf);
        return new PBES2Parameters(
                new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, derivation),
                new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
    }

    /** @throws GeneralSecurityException when the passphrase does not fit, or the encoding is not ours */
    static PrivateKey decrypt(byte[] encoded, Passphrase passphrase) throws GeneralSecurityException {
        byte[] plain = new byte[0];
        try {
            var info = EncryptedPrivateKeyInfo.getInstance(encoded);
            if (!PKCSObjectIdentifiers.id_PBES2.equals(
                    info.getEncryptionAlgorithm().getAlgorithm())) {
                throw new GeneralSecurityException("the key is not encrypted with PBES2");
            }
            plain = open(info, passphrase);
            String algorithm = algorithm(PrivateKeyInfo.getInstance(plain));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(plain));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the key's encoding is damaged", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static byte[] open(EncryptedPrivateKeyInfo info, Passphrase passphrase) throws GeneralSecurityException {
        var scheme = PBES2Parameters.getInstance(info.getEncryptionAlgorithm().getParameters());
        var derivation = PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters());
        if (!PKCSObjectIdentifiers.id_PBKDF2.equals(
                        scheme.getKeyDerivationFunc().getAlgorithm())
                || !PKCSObjectIdentifiers.id_hmacWithSHA256.equals(
                        derivation.getPrf().getAlgorithm())
                || !NISTObjectIdentifiers.id_aes256_CBC.equals(
                        scheme.getEncryptionScheme().getAlgorithm())
                || derivation.getIterationCount().bitLength() > 31
                || derivation.getIterationCount().intValueExact() > MAX_ITERATIONS) {
            throw new GeneralSecurityException("the key's encryption is not PBKDF2-HMAC-SHA256 with AES-256-CBC");
        }
        SecretKey key = derive(
                passphrase, derivation.getSalt(), derivation.getIterationCount().intValueExact());
        byte[] iv = ASN1OctetString.getInstance(scheme.getEncryptionScheme().getParameters())
                .getOctets();
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
        return cipher.doFinal(info.getEncryptedData());
    }

    private static String algorithm(PrivateKeyInfo info) {
        return PKCSObjectIdentifiers.rsaEncryption.equals(
                        info.getPrivateKeyAlgorithm().getAlgorithm())
                ? "RSA"
                : "EC";
    }

    private static SecretKey derive(Passphrase passphrase, byte[] salt, int iterations)
            throws GeneralSecurityException {
        char[] secret = passphrase.secret();
        PBEKeySpec spec = new PBEKeySpec(secret, salt, iterations, KEY_BITS);
        try {
            byte[] derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            return new SecretKeySpec(derived, "AES");
        } finally {
            spec.clearPassword();
            Arrays.fill(secret, '\0');
        }
    }
}
