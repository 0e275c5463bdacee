package dev.waxwing.ca.issuance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.regex.Pattern;

/**
 * A private key and its certificates in one file, PKCS#12 (RFC 7292): PBES2 with PBKDF2-HMAC-SHA-256 and AES-256, and a MAC with
 * HMAC-SHA-256. The file is a secret as good as its password.
 */
public final class KeyFile {

    /** Others than ASCII are spelled differently by OpenSSL and Java. */
    private static final Pattern PASSWORD = Pattern.compile("[\\x20-\\x7e]{12,64}");

    /** Without letters that look alike; 32 of them, so that each is five bits. */
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private static final int GROUPS = 5;
    private static final int GROUP_LENGTH = 5;

    private final byte[] content;

    private KeyFile(byte[] content) {
        this.content = content;
    }

    /** A file with this key, and its certificate at the head of the chain. */
    static KeyFile of(String name, PrivateKey key, Collection<X509Certificate> chain, String password) {
        try {
            // What a key store of the platform uses by default is what the class comment says.
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(name, key, password.toCharArray(), chain.toArray(X509Certificate[]::new));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            store.store(file, password.toCharArray());
            return new KeyFile(file.toByteArray());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java platform writes PKCS#12", e);
        }
    }

    /** Whether a password is long enough, and the same to every program. */
    static boolean isPassword(String password) {
        return PASSWORD.matcher(password).matches();
    }

    /** A password of 125 random bits that people can read out. */
    static String newPassword(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP_LENGTH; i++) {
            if (i > 0 && i % GROUP_LENGTH == 0) {
                password.append('-');
            }
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }

    /** The bytes of the file. */
    public byte[] content() {
        return content.clone();
    }
}
