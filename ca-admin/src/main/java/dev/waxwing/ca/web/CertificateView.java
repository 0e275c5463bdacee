package dev.waxwing.ca.web;

import dev.waxwing.ca.inventory.CertificateEntry;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A certificate as the REST interface shows it. */
@Schema(name = "Certificate")
record CertificateView(
        @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
        String serialNumber,

        @Schema(example = "CN=camera-01") String subject,

        @Schema(description = "The device, server or signer that the certificate names.", example = "camera-01")
        String device,

        @Schema(example = "camera") String profile,

        @Schema(
                example = "valid",
                allowableValues = {"valid", "expiring", "expired", "revoked"})
        String status,

        Instant notBefore,
        Instant notAfter,
        @Nullable Instant revokedAt,
        @Schema(example = "keyCompromise") @Nullable String revocationReason) {

    static CertificateView of(CertificateEntry entry) {
        var reason = entry.revocationReason();
        return new CertificateView(
                entry.serialNumber().toString(),
                entry.subject(),
                entry.name(),
                entry.profile(),
                entry.status().text(),
                entry.notBefore(),
                entry.notAfter(),
                entry.revokedAt(),
                reason == null ? null : reason.rfcName());
    }
}
