package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * The public key of a classic device: RSA with 2,048 bits.
 *
 * @param der SubjectPublicKeyInfo
 */
record ClassicKey(Bytes der, RSAPublicKey key) {

    private static final int BITS = 2_048;
    private static final int SALT = 222;
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----\n";
    private static final String END = "\n-----END PUBLIC KEY-----\n";
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /** @throws MalformedEvidenceException if the bytes are not exactly the encoding of such a key */
    static ClassicKey of(Bytes der) throws MalformedEvidenceException {
        try {
            if (KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der.toArray()))
                            instanceof RSAPublicKey key
                    && key.getModulus().bitLength() == BITS
                    && Arrays.equals(key.getEncoded(), der.toArray())) {
                return new ClassicKey(der, key);
            }
            throw new MalformedEvidenceException("the device's public key is not RSA with " + BITS + " bits");
        } catch (GeneralSecurityException e) {
            throw new MalformedEvidenceException("the device's public key cannot be read", e);
        }
    }

    /** @throws MalformedEvidenceException if the text is not exactly what {@link #pem()} makes of some key */
    static ClassicKey ofPem(Bytes file) throws MalformedEvidenceException {
        String text = new String(file.toArray(), StandardCharsets.US_ASCII);
        if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() < BEGIN.length() + END.length()) {
            throw new MalformedEvidenceException("the device's public key is not in PEM");
        }
        ClassicKey key = of(decoded(text.substring(BEGIN.length(), text.length() - END.length())));
        if (!key.pem().equals(text)) {
            throw new MalformedEvidenceException("the device's public key is not written as it should be");
        }
        return key;
    }

    private static Bytes decoded(String base64) throws MalformedEvidenceException {
        try {
            return Bytes.of(Base64.getMimeDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("the device's public key is not base64", e);
        }
    }

    String pem() {
        return BEGIN + BASE64.encodeToString(der.toArray()) + END;
    }

    /** A check of a signature over content, to be fed with it: RSASSA-PSS as section 15.1 has it. */
    Signature verifier() {
        try {
            Signature engine = Signature.getInstance("RSASSA-PSS");
            engine.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT, 1));
            engine.initVerify(key);
            return engine;
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has RSASSA-PSS", e);
        }
    }
}
