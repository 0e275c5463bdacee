package dev.waxwing.classic;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * RSA-2048 keys with the exponent 65537, and the PEM texts they are kept in (docs/classic.md, "Keys"). Private keys are
 * unencrypted PKCS#8, because an original program reads nothing else: their files need mode 0600.
 */
public final class ClassicKeys {

    /** Bits of every modulus. */
    public static final int BITS = 2048;

    private static final String PUBLIC = "PUBLIC KEY";
    private static final String PRIVATE = "PRIVATE KEY";
    private static final int LINE = 64;
    private static final int MAX_PEM = 8_192;

    private ClassicKeys() {}

    /** A new key pair. */
    public static KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(BITS, RSAKeyGenParameterSpec.F4), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform makes RSA keys", e);
        }
    }

    /**
     * Reads a public key. Spaces and line ends around the one PEM block do not matter.
     *
     * @throws IllegalArgumentException unless it is a SubjectPublicKeyInfo of RSA-2048 with the exponent 65537
     */
    public static RSAPublicKey publicKey(String pem) {
        byte[] der = der(PUBLIC, pem.getBytes(StandardCharsets.ISO_8859_1));
        try {
            if (KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der)) instanceof RSAPublicKey key
                    && Arrays.equals(key.getEncoded(), der)) {
                requireClassic(key, key.getPublicExponent());
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an RSA public key", e);
        }
        throw new IllegalArgumentException("not an RSA public key");
    }

    /**
     * Reads a private key.
     *
     * @param pem the file's bytes, which the caller should wipe
     * @throws IllegalArgumentException unless it is an unencrypted PKCS#8 key of RSA-2048 with the exponent 65537; the
     *     exception holds nothing of the key
     */
    public static RSAPrivateCrtKey privateKey(byte[] pem) {
        byte[] der = der(PRIVATE, pem);
        RSAPrivateCrtKey key = crtKey(der);
        if (key == null) {
            throw new IllegalArgumentException("not an unencrypted PKCS#8 RSA private key");
        }
        requireClassic(key, key.getPublicExponent());
        return key;
    }

    /** The PEM text of a public key, with its final newline. */
    public static String pem(RSAPublicKey key) {
        requireClassic(key, key.getPublicExponent());
        return new String(pem(PUBLIC, key.getEncoded()), StandardCharsets.US_ASCII);
    }

    /** The PEM text of a private key, as bytes that the caller should wipe once they are written. */
    public static byte[] pem(RSAPrivateCrtKey key) {
        requireClassic(key, key.getPublicExponent());
        byte[] der = key.getEncoded();
        try {
            return pem(PRIVATE, der);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    /** The causes of a failure are left out: they could describe the key. */
    private static @Nullable RSAPrivateCrtKey crtKey(byte[] der) {
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der))
                            instanceof RSAPrivateCrtKey key
                    ? key
                    : null;
        } catch (GeneralSecurityException e) {
            return null;
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    static void requireClassic(RSAKey key, BigInteger exponent) {
        if (key.getModulus().bitLength() != BITS || !exponent.equals(RSAKeyGenParameterSpec.F4)) {
            throw new IllegalArgumentException("a classic key is RSA-2048 with the exponent 65537");
        }
    }

    private static byte[] pem(String type, byte[] der) {
        byte[] head = ("-----BEGIN " + type + "-----\n").getBytes(StandardCharsets.US_ASCII);
        byte[] body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(der);
        byte[] tail = ("\n-----END " + type + "-----\n").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[head.length + body.length + tail.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        System.arraycopy(tail, 0, whole, head.length + body.length, tail.length);
        Arrays.fill(body, (byte) 0);
        return whole;
    }

    /** The content of the only PEM block. */
    private static byte[] der(String type, byte[] pem) {
        String head = "-----BEGIN " + type + "-----";
        String tail = "-----END " + type + "-----";
        byte[] base64 = new byte[Math.min(pem.length, MAX_PEM)];
        int length = 0;
        if (pem.length <= MAX_PEM) {
            int end = trimmedEnd(pem);
            int start = trimmedStart(pem, end);
            if (end - start > head.length() + tail.length()
                    && startsWith(pem, start, head)
                    && startsWith(pem, end - tail.length(), tail)) {
                for (int i = start + head.length(); i < end - tail.length(); i++) {
                    if (!isSpace(pem[i])) {
                        base64[length++] = pem[i];
                    }
                }
            }
        }
        byte[] exact = Arrays.copyOf(base64, length);
        try {
            if (length == 0) {
                throw new IllegalArgumentException("no PEM block of the type " + type);
            }
            return Base64.getDecoder().decode(exact);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no PEM block of the type " + type);
        } finally {
            Arrays.fill(base64, (byte) 0);
            Arrays.fill(exact, (byte) 0);
        }
    }

    private static int trimmedEnd(byte[] text) {
        int end = text.length;
        while (end > 0 && isSpace(text[end - 1])) {
            end--;
        }
        return end;
    }

    private static int trimmedStart(byte[] text, int end) {
        int start = 0;
        while (start < end && isSpace(text[start])) {
            start++;
        }
        return start;
    }

    private static boolean startsWith(byte[] text, int at, String ascii) {
        byte[] expected = ascii.getBytes(StandardCharsets.US_ASCII);
        return Arrays.equals(text, at, at + expected.length, expected, 0, expected.length);
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
