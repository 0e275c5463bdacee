package dev.waxwing.ca.authority;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
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
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * PBES2 (RFC 8018) with PBKDF2-HMAC-SHA-256 and AES-256-CBC by the platform's providers, for one piece of data: each has its own
 * salt, and with it its own key. Used by one thread.
 */
public final class Pbes2 {

    private static final int SALT_LENGTH = 16;
    private static final int IV_LENGTH = 16;
    private static final int KEY_BITS = 256;
    private static final String TRANSFORMATION = "AES/CBC/PKCS5Padding";

    /** More would be an attack on the server's start, not on the key. */
    private static final int MAX_ITERATIONS = 10_000_000;

    private final AlgorithmIdentifier algorithm;
    private final SecretKey key;
    private final Cipher cipher;

    private Pbes2(AlgorithmIdentifier algorithm, SecretKey key, Cipher cipher) {
        this.algorithm = algorithm;
        this.key = key;
        this.cipher = cipher;
    }

    /**
     * For encrypting, with a fresh salt and initialisation vector.
     *
     * @param secret the password, which is wiped once the key is derived from it
     * @param iterations of PBKDF2
     */
    public static Pbes2 encrypting(char[] secret, int iterations, SecureRandom random) throws GeneralSecurityException {
        byte[] salt = fresh(SALT_LENGTH, random);
        byte[] iv = fresh(IV_LENGTH, random);
        SecretKey key = derive(secret, salt, iterations);
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        return new Pbes2(algorithm(salt, iv, iterations), key, cipher);
    }

    /**
     * For decrypting what was encrypted so.
     *
     * @param secret the password, which is wiped once the key is derived from it
     * @throws GeneralSecurityException when the encryption is another, or takes more iterations than anybody should wait for
     */
    static Pbes2 decrypting(AlgorithmIdentifier algorithm, char[] secret) throws GeneralSecurityException {
        if (!PKCSObjectIdentifiers.id_PBES2.equals(algorithm.getAlgorithm())) {
            throw new GeneralSecurityException("the key is not encrypted with PBES2");
        }
        var scheme = PBES2Parameters.getInstance(algorithm.getParameters());
        var derivation = PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters());
        if (!isOurs(scheme, derivation)) {
            throw new GeneralSecurityException("the key's encryption is not PBKDF2-HMAC-SHA256 with AES-256-CBC");
        }
        SecretKey key = derive(
                secret, derivation.getSalt(), derivation.getIterationCount().intValueExact());
        byte[] iv = ASN1OctetString.getInstance(scheme.getEncryptionScheme().getParameters())
                .getOctets();
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
        return new Pbes2(algorithm, key, cipher);
    }

    /** How it is encrypted, for the head of the data. */
    public AlgorithmIdentifier algorithm() {
        return algorithm;
    }

    /** Encrypts or decrypts the data. */
    public Cipher cipher() {
        return cipher;
    }

    /** The key that was derived. */
    public SecretKey key() {
        return key;
    }

    private static boolean isOurs(PBES2Parameters scheme, PBKDF2Params derivation) {
        return PKCSObjectIdentifiers.id_PBKDF2.equals(
                        scheme.getKeyDerivationFunc().getAlgorithm())
                && PKCSObjectIdentifiers.id_hmacWithSHA256.equals(
                        derivation.getPrf().getAlgorithm())
                && NISTObjectIdentifiers.id_aes256_CBC.equals(
                        scheme.getEncryptionScheme().getAlgorithm())
                && derivation.getIterationCount().bitLength() <= 31
                && derivation.getIterationCount().intValueExact() <= MAX_ITERATIONS;
    }

    private static byte[] fresh(int length, SecureRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static AlgorithmIdentifier algorithm(byte[] salt, byte[] iv, int iterations) {
        var prf = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
        var derivation = new PBKDF2Params(salt, iterations, KEY_BITS / Byte.SIZE, prf);
        return new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_PBES2,
                new PBES2Parameters(
                        new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, derivation),
                        new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv))));
    }

    private static SecretKey derive(char[] secret, byte[] salt, int iterations) throws GeneralSecurityException {
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
