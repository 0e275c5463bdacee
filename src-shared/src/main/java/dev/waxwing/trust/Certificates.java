package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Reads and writes certificates as DER and PEM. */
public final class Certificates {

    /** The most certificates that a chain may have, its root included (protocol section 5.5). */
    public static final int MAX_CHAIN = 4;

    private static final int MAX_PEM_CHARACTERS = 262_144;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    private Certificates() {}

    /** Whether a signature under this algorithm counts: nothing with SHA-1 or less (protocol section 7.1). */
    public static boolean isStrongSignature(String signatureOid) {
        return CertificatePath.isStrong(signatureOid);
    }

    /**
     * Parses exactly one DER certificate.
     *
     * @throws UntrustedException {@link Reason#MALFORMED} if the bytes are anything else, or have something after it
     */
    public static X509Certificate parse(byte[] der) throws UntrustedException {
        // The JDK's factory takes PEM as well, and ignores what follows the certificate.
        try {
            Der input = new Der(der);
            input.enter(Der.SEQUENCE);
            input.end();
            var factory = CertificateFactory.getInstance("X.509");
            var certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(der, certificate.getEncoded())) {
                throw new UntrustedException(Reason.MALFORMED, "the certificate is not in DER");
            }
            return certificate;
        } catch (CertificateException | Der.MalformedException e) {
            throw new UntrustedException(Reason.MALFORMED, "not a certificate: " + e.getMessage(), e);
        }
    }

    /** {@link #parse(byte[])} for every element. */
    public static List<X509Certificate> parseAll(List<Bytes> chain) throws UntrustedException {
        List<X509Certificate> certificates = new ArrayList<>(chain.size());
        for (Bytes der : chain) {
            certificates.add(parse(der.toArray()));
        }
        return List.copyOf(certificates);
    }

    /** The certificate in DER. */
    public static Bytes encode(X509Certificate certificate) {
        try {
            return Bytes.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without an encoding", e);
        }
    }

    /** The certificates in PEM (RFC 7468), one after the other. */
    public static String toPem(List<X509Certificate> certificates) {
        StringBuilder pem = new StringBuilder();
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        for (X509Certificate certificate : certificates) {
            pem.append(BEGIN).append('\n');
            pem.append(base64.encodeToString(encode(certificate).toArray())).append('\n');
            pem.append(END).append('\n');
        }
        return pem.toString();
    }

    /**
     * Reads every certificate of a PEM text; text outside of the certificates is ignored.
     *
     * @return at least one certificate
     * @throws UntrustedException {@link Reason#MALFORMED} if there is none, or one cannot be read
     */
    public static List<X509Certificate> fromPem(String pem) throws UntrustedException {
        if (pem.length() > MAX_PEM_CHARACTERS) {
            throw new UntrustedException(Reason.MALFORMED, "too much PEM: " + pem.length() + " characters");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        int begin = pem.indexOf(BEGIN);
        while (begin >= 0) {
            int end = pem.indexOf(END, begin);
            if (end < 0) {
                throw new UntrustedException(Reason.MALFORMED, "PEM without its end line");
            }
            certificates.add(parse(base64(pem.substring(begin + BEGIN.length(), end))));
            begin = pem.indexOf(BEGIN, end);
        }
        if (certificates.isEmpty()) {
            throw new UntrustedException(Reason.MALFORMED, "no certificate in the PEM text");
        }
        return List.copyOf(certificates);
    }

    /** SHA-256 of the certificate's SubjectPublicKeyInfo: what an invite pins and a CertificateRequest names. */
    public static Bytes spkiSha256(X509Certificate certificate) {
        return Bytes.of(digest("SHA-256", certificate.getPublicKey().getEncoded()));
    }

    static byte[] digest(String algorithm, byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    private static byte[] base64(String text) throws UntrustedException {
        String dense = text.replaceAll("[ \\t\\r\\n]", "");
        try {
            return Base64.getDecoder().decode(dense.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new UntrustedException(Reason.MALFORMED, "PEM that is not base64", e);
        }
    }
}
