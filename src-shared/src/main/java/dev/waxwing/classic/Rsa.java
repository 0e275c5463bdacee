package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.jspecify.annotations.Nullable;

/** The three uses of RSA-2048 in the classic protocol, with every parameter spelled out (docs/classic.md, "Keys"). */
final class Rsa {

    /** Bytes of a modulus, and with it of a signature and of an OAEP ciphertext. */
    static final int SIZE = 256;

    /** The largest salt: 256 bytes, less a hash of 32 and two. */
    private static final int LARGEST_SALT = 222;

    /** Both hashes are SHA-256. The JDK's default for MGF1 would be SHA-1. */
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private static final PSSParameterSpec PSS = new PSSParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, LARGEST_SALT, PSSParameterSpec.TRAILER_FIELD_BC);

    private Rsa() {}

    /** OAEP of at most 190 bytes. */
    static byte[] encrypt(RSAPublicKey key, byte[] message) {
        try {
            Cipher cipher = oaep();
            cipher.init(Cipher.ENCRYPT_MODE, key, OAEP);
            return cipher.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("OAEP failed", e);
        }
    }

    /** What stands under OAEP, or nothing. There is one failure, and it says nothing of its cause. */
    static byte @Nullable [] decrypt(RSAPrivateKey key, byte[] ciphertext) {
        Cipher cipher;
        try {
            cipher = oaep();
            cipher.init(Cipher.DECRYPT_MODE, key, OAEP);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("OAEP cannot be set up", e);
        }
        try {
            return cipher.doFinal(ciphertext);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /** RSASSA-PKCS1-v1_5 with SHA-256: how the authority signs certificates. */
    static Bytes signCertificate(RSAPrivateKey key, byte[] content) {
        try {
            Signature signature = pkcs1();
            signature.initSign(key);
            signature.update(content);
            return Bytes.of(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PKCS#1 signature failed", e);
        }
    }

    static boolean verifyCertificate(RSAPublicKey key, byte[] content, Bytes signature) {
        try {
            Signature verifier = pkcs1();
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(signature.toArray());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** RSASSA-PSS with SHA-256 and the largest salt: how a device signs a file. */
    static Bytes signFile(RSAPrivateKey key, byte[] content) {
        try {
            Signature signature = pss();
            signature.initSign(key);
            signature.update(content);
            return Bytes.of(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PSS signature failed", e);
        }
    }

    static boolean verifyFile(RSAPublicKey key, ByteBuffer content, Bytes signature) {
        try {
            Signature verifier = pss();
            verifier.initVerify(key);
            verifier.update(content.duplicate());
            return verifier.verify(signature.toArray());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Whether both halves belong together, as far as their numbers tell. */
    static void requirePair(RSAPublicKey publicKey, RSAPrivateKey privateKey) throws InvalidKeyException {
        if (!publicKey.getModulus().equals(privateKey.getModulus())) {
            throw new InvalidKeyException("the private key does not belong to the public key");
        }
    }

    private static Cipher oaep() throws NoSuchAlgorithmException, NoSuchPaddingException {
        return Cipher.getInstance("RSA/ECB/OAEPPadding");
    }

    private static Signature pkcs1() throws NoSuchAlgorithmException {
        return Signature.getInstance("SHA256withRSA");
    }

    private static Signature pss() throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(PSS);
        return signature;
    }
}
