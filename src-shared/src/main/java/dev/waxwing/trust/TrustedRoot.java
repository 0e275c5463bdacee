package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/** A root certificate that a verifier was configured with, by an operator or through an invite's pin. */
public final class TrustedRoot {

    private static final int KEY_CERT_SIGN = 5;

    private final X509Certificate certificate;
    private final Bytes spkiSha256;

    private TrustedRoot(X509Certificate certificate) {
        this.certificate = certificate;
        this.spkiSha256 = Certificates.spkiSha256(certificate);
    }

    /** @throws UntrustedException if the certificate is not that of a self-signed certificate authority */
    public static TrustedRoot of(X509Certificate certificate) throws UntrustedException {
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || usage == null || !usage[KEY_CERT_SIGN]) {
            throw new UntrustedException(Reason.BAD_PATH, "the root is not a certificate authority");
        }
        if (!certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
            throw new UntrustedException(Reason.BAD_PATH, "the root has another issuer");
        }
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new UntrustedException(Reason.BAD_SIGNATURE, "the root's own signature does not verify", e);
        }
        return new TrustedRoot(certificate);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** SHA-256 of the root's SubjectPublicKeyInfo. */
    public Bytes spkiSha256() {
        return spkiSha256;
    }

    @Override
    public String toString() {
        return "public key SHA-256 " + spkiSha256.hex();
    }
}
