package dev.waxwing.classic;

import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files that an original device expects to find in its folder (docs/classic.md, "The kit").
 *
 * @param authority whose signature makes a certificate
 * @param server the only key that is taken for the server's
 * @param device the device's own certificate and key
 */
public record ClassicKit(RSAPublicKey authority, RSAPublicKey server, ClassicCredential device) {

    public static final String CA_PUBLIC_KEY = "keys/ca_public_key.pem";
    public static final String SERVER_PUBLIC_KEY = "keys/server_public_key.pem";
    public static final String DEVICE_PRIVATE_KEY = "keys/device_private_key.pem";
    public static final String DEVICE_PUBLIC_KEY = "keys/device_public_key.pem";
    public static final String DEVICE_CERTIFICATE = "certificates/device_certificate.json";

    private static final int MAX_FILE = 16_384;

    /**
     * Every file's content by its path within the kit's folder, {@code /} between the parts. The private key's file needs
     * mode 0600, and its array should be wiped once it is written.
     */
    public Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(CA_PUBLIC_KEY, ascii(ClassicKeys.pem(authority)));
        files.put(SERVER_PUBLIC_KEY, ascii(ClassicKeys.pem(server)));
        files.put(DEVICE_PRIVATE_KEY, device.privateKeyPem());
        files.put(DEVICE_PUBLIC_KEY, ascii(device.certificate().publicKeyPem()));
        files.put(DEVICE_CERTIFICATE, device.certificate().encode().toArray());
        return files;
    }

    /**
     * Reads the kit in a folder.
     *
     * @throws java.nio.file.NoSuchFileException if a file is missing
     * @throws IllegalArgumentException if a file holds something else, or they do not belong together; the message names
     *     the file
     * @throws IOException if a file cannot be read
     */
    public static ClassicKit read(Path folder) throws IOException {
        RSAPublicKey authority = publicKey(folder, CA_PUBLIC_KEY);
        RSAPublicKey server = publicKey(folder, SERVER_PUBLIC_KEY);
        RSAPrivateCrtKey privateKey = privateKey(folder);
        RSAPublicKey publicKey = publicKey(folder, DEVICE_PUBLIC_KEY);
        ClassicCertificate certificate = certificate(folder);
        if (!certificate.publicKey().equals(publicKey)) {
            throw new IllegalArgumentException(DEVICE_PUBLIC_KEY + " is not the certificate's key");
        }
        if (!certificate.publicKey().getModulus().equals(privateKey.getModulus())) {
            throw new IllegalArgumentException(DEVICE_PRIVATE_KEY + " does not belong to the certificate");
        }
        if (!certificate.verifiedBy(authority)) {
            throw new IllegalArgumentException(DEVICE_CERTIFICATE + " is not signed by the key in " + CA_PUBLIC_KEY);
        }
        return new ClassicKit(authority, server, new ClassicCredential(certificate, privateKey));
    }

    private static RSAPublicKey publicKey(Path folder, String file) throws IOException {
        try {
            return ClassicKeys.publicKey(new String(bounded(folder, file), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " is no classic public key: " + e.getMessage(), e);
        }
    }

    private static RSAPrivateCrtKey privateKey(Path folder) throws IOException {
        byte[] pem = bounded(folder, DEVICE_PRIVATE_KEY);
        try {
            return ClassicKeys.privateKey(pem);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(DEVICE_PRIVATE_KEY + " is no classic private key: " + e.getMessage(), e);
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
    }

    private static ClassicCertificate certificate(Path folder) throws IOException {
        try {
            return ClassicCertificate.parse(bounded(folder, DEVICE_CERTIFICATE));
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(DEVICE_CERTIFICATE + " is no classic certificate: " + e.reason(), e);
        }
    }

    private static byte[] bounded(Path folder, String file) throws IOException {
        Path path = folder.resolve(file);
        if (Files.size(path) > MAX_FILE) {
            throw new IllegalArgumentException(file + " has more than " + MAX_FILE + " bytes");
        }
        return Files.readAllBytes(path);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
