package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Certificates;
import java.security.PublicKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#10 request (RFC 2986) whose proof of possession was verified and whose key is strong enough. Only {@link #read} makes
 * one. Its extensions, alternative names among them, are not looked at: the profile decides.
 */
public final class CertificateRequest {

    /** Longest request in bytes, PEM or DER. */
    public static final int MAX_LENGTH = 16 * 1024;

    private final PublicKey publicKey;
    private final @Nullable String commonName;
    private final @Nullable String challengePassword;

    CertificateRequest(PublicKey publicKey, @Nullable String commonName, @Nullable String challengePassword) {
        this.publicKey = publicKey;
        this.commonName = commonName;
        this.challengePassword = challengePassword;
    }

    /** Reads a request in PEM or DER. */
    public static RequestCheck read(byte[] pemOrDer) {
        return new RequestReader().read(pemOrDer);
    }

    /** The key to be certified. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** SHA-256 of its SubjectPublicKeyInfo, lower-case hex. */
    public String spkiSha256() {
        return Certificates.spkiSha256(publicKey);
    }

    /** The name in the subject, or nothing when the subject is empty. */
    public Optional<String> commonName() {
        return Optional.ofNullable(commonName);
    }

    /** The challengePassword attribute (RFC 2985 section 5.4.1), or nothing. */
    public Optional<String> challengePassword() {
        return Optional.ofNullable(challengePassword);
    }
}
