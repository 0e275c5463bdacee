package dev.waxwing.ca.web;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.issuance.KeyKind;
import io.swagger.v3.oas.annotations.media.Schema;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A certificate as the REST interface shows it. */
@Schema(name = "Certificate")
record CertificateView(
        @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
        String serialNumber,

        @Schema(example = "CN=camera-01") String subject,

        @Schema(description = "The device, server or signer that the certificate names.", example = "camera-01")
        String device,

        @Schema(
                description = "What its key is for.",
                example = "device",
                allowableValues = {"device", "server", "receipt", "ocsp"})
        String role,

        @Schema(example = "camera") String profile,

        @Schema(
                description = "A superseded one is good, but another has taken its place.",
                example = "valid",
                allowableValues = {"valid", "expiring", "superseded", "expired", "revoked"})
        String status,

        @Schema(
                description = "The kind of its key.",
                example = "ecdsa-p256",
                allowableValues = {"ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"})
        @Nullable
        String key,

        @Schema(
                description = "SHA-256 of its key, hex.",
                example = "5f0c7d0e9a2b4c1d8e6f3a5b7c9d0e1f2a3b4c5d6e7f80912a3b4c5d6e7f8091")
        String spkiSha256,

        @Schema(description = "The issuing authority: the last word of its name.", example = "4b5a6978")
        String issuerId,

        @Schema(description = "The name of the issuing authority.", example = "CN=Waxwing Issuing CA 4b5a6978")
        String issuer,

        @Schema(description = "Who had it issued.", example = "olga")
        String issuedBy,

        @Schema(description = "When it was issued.") Instant createdAt,

        Instant notBefore,
        Instant notAfter,
        @Nullable Instant revokedAt,
        @Schema(example = "keyCompromise") @Nullable String revocationReason,

        @Schema(
                description = "The certificate that has taken its place by renewal.",
                example = "7a1d4c90e2b35f68a1f0c3d2e4b59687")
        @Nullable
        String supersededBy) {

    static CertificateView of(CertificateEntry entry, X509Certificate certificate) {
        var reason = entry.revocationReason();
        var supersededBy = entry.supersededBy();
        return new CertificateView(
                entry.serialNumber().toString(),
                entry.subject(),
                entry.name(),
                entry.role().name().toLowerCase(Locale.ROOT),
                entry.profile(),
                entry.status().text(),
                KeyKind.of(certificate.getPublicKey()).map(KeyKind::text).orElse(null),
                entry.spkiSha256(),
                entry.issuer().toString(),
                certificate.getIssuerX500Principal().getName(),
                entry.issuedBy(),
                entry.createdAt(),
                entry.notBefore(),
                entry.notAfter(),
                entry.revokedAt(),
                reason == null ? null : reason.rfcName(),
                supersededBy == null ? null : supersededBy.toString());
    }
}
