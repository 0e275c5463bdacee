package dev.waxwing.ca.authority;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** From bytes to certificates and keys to fingerprints. */
public final class Certificates {

    private Certificates() {}

    /**
     * The certificate with this DER encoding.
     *
     * @throws CertificateException when the bytes are none
     */
    public static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** SHA-256 of a certificate, as 64 lower-case hex digits: what OpenSSL calls its fingerprint. */
    public static String sha256(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(digest(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
    }

    /** SHA-256 of a key's SubjectPublicKeyInfo, as 64 lower-case hex digits. */
    public static String spkiSha256(PublicKey key) {
        return HexFormat.of().formatHex(spkiSha256Bytes(key));
    }

    /** SHA-256 of a key's SubjectPublicKeyInfo, 32 bytes: what invites pin. */
    public static byte[] spkiSha256Bytes(PublicKey key) {
        return digest(key.getEncoded());
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
