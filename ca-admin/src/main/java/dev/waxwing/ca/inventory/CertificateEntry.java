package dev.waxwing.ca.inventory;

import dev.waxwing.ca.authority.AuthorityId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the inventory knows of one issued certificate.
 *
 * @param serialNumber its serial number
 * @param issuer the authority that signed it
 * @param subject its subject, e.g. {@code CN=camera-01}
 * @param name the device, server or signer it names
 * @param role what its key is for
 * @param profile the profile it was made by
 * @param status how it stood when the entry was read
 * @param notBefore first moment of its validity
 * @param notAfter last moment of its validity
 * @param spkiSha256 SHA-256 of its SubjectPublicKeyInfo, lower-case hex
 * @param issuedBy who had it issued
 * @param createdAt when
 * @param revokedAt when it was revoked, or null
 * @param revocationReason why it was revoked, or null
 * @param supersededBy the certificate that has taken its place, or null
 */
public record CertificateEntry(
        SerialNumber serialNumber,
        AuthorityId issuer,
        String subject,
        String name,
        CertificateRole role,
        String profile,
        CertificateStatus status,
        Instant notBefore,
        Instant notAfter,
        String spkiSha256,
        String issuedBy,
        Instant createdAt,
        @Nullable Instant revokedAt,
        @Nullable RevocationReason revocationReason,
        @Nullable SerialNumber supersededBy) {

    /** The same certificate, revoked. */
    public CertificateEntry revoked(Instant at, RevocationReason reason) {
        return new CertificateEntry(
                serialNumber,
                issuer,
                subject,
                name,
                role,
                profile,
                CertificateStatus.REVOKED,
                notBefore,
                notAfter,
                spkiSha256,
                issuedBy,
                createdAt,
                at,
                reason,
                supersededBy);
    }

    /** Whether it is revoked, be it for good or on hold. */
    public boolean revoked() {
        return revokedAt != null;
    }

    /** Whether it is on hold: revoked until somebody releases it. */
    public boolean held() {
        return revocationReason == RevocationReason.CERTIFICATE_HOLD;
    }
}
