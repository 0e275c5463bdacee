package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * A name, a public key, and the authority's signature over both (docs/classic.md, "Certificates"). It has neither dates
 * nor a serial number nor a role. Parsing one proves nothing; {@link #verifiedBy} does.
 */
public final class ClassicCertificate {

    /** Longest encoding, in bytes. */
    public static final int MAX_SIZE = 8_192;

    /** Longest common name, in UTF-16 units. */
    public static final int MAX_NAME = 255;

    private static final int MAX_PEM = 1_024;
    private static final int MAX_SIGNATURE = 1_024;

    private final String commonName;
    private final RSAPublicKey publicKey;
    private final Bytes signature;

    private ClassicCertificate(String commonName, RSAPublicKey publicKey, Bytes signature) {
        this.commonName = commonName;
        this.publicKey = publicKey;
        this.signature = signature;
    }

    /**
     * Makes a certificate.
     *
     * @param commonName 1 to 255 UTF-16 units of well-formed text
     * @param key RSA-2048 with the exponent 65537
     * @param authority the authority's key
     * @throws IllegalArgumentException if name or key is unfit
     */
    public static ClassicCertificate issue(String commonName, RSAPublicKey key, RSAPrivateKey authority) {
        if (!isName(commonName)) {
            throw new IllegalArgumentException("a common name is well-formed text of 1 to " + MAX_NAME + " characters");
        }
        return new ClassicCertificate(commonName, key, Rsa.signCertificate(authority, signedContent(commonName, key)));
    }

    /**
     * Reads a certificate, whatever the order of its members and the spaces between them.
     *
     * @param json at most {@link #MAX_SIZE} bytes
     * @throws ProtocolException if it is anything but one certificate, its key in the PEM form that was signed
     */
    public static ClassicCertificate parse(byte[] json) throws ProtocolException {
        if (json.length > MAX_SIZE) {
            throw ProtocolException.malformed("a certificate of " + json.length + " bytes");
        }
        Parts parts = new Parts();
        JsonReader reader = JsonReader.of(json);
        reader.object(member -> {
            switch (member) {
                case "certificate" ->
                    reader.object(inner -> {
                        switch (inner) {
                            case "common_name" -> parts.commonName = reader.string(MAX_NAME);
                            case "public_key" -> parts.pem = reader.string(MAX_PEM);
                            default -> throw ProtocolException.malformed("a certificate with another member");
                        }
                    });
                case "signature" -> parts.signature = reader.base64(MAX_SIGNATURE);
                default -> throw ProtocolException.malformed("a certificate with another member");
            }
        });
        reader.end();
        return parts.toCertificate();
    }

    /** Whether the authority signed exactly this name and key. */
    public boolean verifiedBy(RSAPublicKey authority) {
        return Rsa.verifyCertificate(authority, signedContent(commonName, publicKey), signature);
    }

    /** As the peer wrote it: display data unless the certificate was verified, and then whatever was signed. */
    public String commonName() {
        return commonName;
    }

    /** RSA-2048 with the exponent 65537. */
    public RSAPublicKey publicKey() {
        return publicKey;
    }

    /** The public key's PEM text, with its final newline, as it was signed. */
    public String publicKeyPem() {
        return ClassicKeys.pem(publicKey);
    }

    /** The one JSON text that an original program would write for it. */
    public Bytes encode() {
        String json = "{\"certificate\": {\"common_name\": " + JsonText.quoted(commonName) + ", \"public_key\": "
                + JsonText.quoted(publicKeyPem()) + "}, \"signature\": \"" + JsonText.base64(signature) + "\"}";
        return Bytes.of(json.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClassicCertificate that
                && commonName.equals(that.commonName)
                && publicKey.equals(that.publicKey)
                && signature.equals(that.signature);
    }

    @Override
    public int hashCode() {
        return commonName.hashCode() ^ signature.hashCode();
    }

    @Override
    public String toString() {
        return "ClassicCertificate[" + JsonText.quoted(commonName) + "]";
    }

    private static byte[] signedContent(String commonName, RSAPublicKey key) {
        return (commonName + ClassicKeys.pem(key)).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && StandardCharsets.UTF_8.newEncoder().canEncode(name);
    }

    /** What has been read so far; the reader sees to it that no member comes twice. */
    private static final class Parts {

        private @Nullable String commonName;
        private @Nullable String pem;
        private @Nullable Bytes signature;

        ClassicCertificate toCertificate() throws ProtocolException {
            if (commonName == null || pem == null || signature == null) {
                throw ProtocolException.malformed("a certificate without one of its members");
            }
            if (!isName(commonName)) {
                throw ProtocolException.malformed("a certificate with an unfit common name");
            }
            return new ClassicCertificate(commonName, canonicalKey(pem), signature);
        }

        /**
         * Name and key are signed without a separator. Only one form of the key is taken, so that signed bytes can be
         * split in one way only.
         */
        private static RSAPublicKey canonicalKey(String pem) throws ProtocolException {
            try {
                RSAPublicKey key = ClassicKeys.publicKey(pem);
                if (ClassicKeys.pem(key).equals(pem)) {
                    return key;
                }
            } catch (IllegalArgumentException e) {
                throw ProtocolException.malformed("a certificate whose key is not RSA-2048 in PEM");
            }
            throw ProtocolException.malformed("a certificate whose key is in an unusual PEM form");
        }
    }
}
