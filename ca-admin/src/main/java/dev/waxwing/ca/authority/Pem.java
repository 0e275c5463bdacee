package dev.waxwing.ca.authority;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One block of a PEM text (RFC 7468). */
public final class Pem {

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String ENCRYPTED_KEY = "ENCRYPTED PRIVATE KEY";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final String label;
    private final byte[] content;

    private Pem(String label, byte[] content) {
        this.label = label;
        this.content = content;
    }

    /** A certificate's block. */
    public static Pem certificate(X509Certificate certificate) {
        try {
            return new Pem(CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
    }

    /** The blocks of several certificates, one after the other. */
    public static String certificates(Collection<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        certificates.forEach(certificate -> text.append(certificate(certificate)));
        return text.toString();
    }

    static Pem encryptedKey(byte[] pkcs8) {
        return new Pem(ENCRYPTED_KEY, pkcs8);
    }

    /**
     * All blocks of a text, in order; text between them is skipped.
     *
     * @throws IOException when a block is not base64
     */
    public static List<Pem> read(String text) throws IOException {
        List<Pem> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Pem(matcher.group(1), decode(matcher.group(2))));
        }
        return blocks;
    }

    private static byte[] decode(String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("a PEM block is not base64", e);
        }
    }

    /** What the block says it holds, e.g. {@code CERTIFICATE}. */
    public String label() {
        return label;
    }

    /** The decoded content, a copy. */
    public byte[] content() {
        return content.clone();
    }

    boolean isCertificate() {
        return label.equals(CERTIFICATE);
    }

    boolean isEncryptedKey() {
        return label.equals(ENCRYPTED_KEY);
    }

    byte[] bytes() {
        return toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The block as text, with a line feed at its end. */
    @Override
    public String toString() {
        return "-----BEGIN " + label + "-----\n" + BASE64.encodeToString(content) + "\n-----END " + label + "-----\n";
    }
}
