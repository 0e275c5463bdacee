package dev.waxwing.ca.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.waxwing.ca.revocation.RevocationList;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The authority as people see it.
 *
 * @param root the root
 * @param issuing all issuing authorities, the current one first
 */
@Schema(name = "Authority")
public record AuthorityView(Root root, List<Issuer> issuing) {

    /** The root. */
    @Schema(name = "RootAuthority")
    public record Root(
            @Schema(example = "0f1e2d3c") String id,
            @Schema(example = "CN=Waxwing Root CA 0f1e2d3c") String name,

            @Schema(
                    description = "SHA-256 of the certificate",
                    example = "1c4e7a90b2d3f5681c4e7a90b2d3f5681c4e7a90b2d3f5681c4e7a90b2d3f568")
            String fingerprint,

            @Schema(
                    description = "SHA-256 of the public key: what devices pin, and the caFingerprint of invites",
                    example = "68cb102e14746cff68cb102e14746cff68cb102e14746cff68cb102e14746cff")
            String keyFingerprint,

            Instant notBefore,
            Instant notAfter,

            @Schema(description = "Whether the root's private key is on this server")
            boolean keyAtHand,

            ListView revocationList) {}

    /** An issuing authority. */
    @Schema(name = "IssuingAuthority")
    public record Issuer(
            @Schema(example = "4b5a6978") String id,

            @Schema(example = "CN=Waxwing Issuing CA 4b5a6978")
            String name,

            @Schema(
                    description = "SHA-256 of the certificate",
                    example = "1c4e7a90b2d3f5681c4e7a90b2d3f5681c4e7a90b2d3f5681c4e7a90b2d3f568")
            String fingerprint,

            @Schema(allowableValues = {"current", "retired", "prepared", "ended", "revoked"})
            String state,

            Instant notBefore,
            Instant notAfter,
            @Nullable Instant currentFrom,
            @Nullable Instant retiredAt,

            @Schema(description = "Since when its own certificate is revoked, for good") @Nullable
            Instant revokedAt,

            @Schema(description = "RFC 5280 reason", example = "cACompromise") @Nullable
            String revocationReason,

            @Schema(description = "Certificates that it issued which have not ended and are not revoked")
            long liveCertificates,

            @Schema(description = "Missing when it has nothing to publish any more")
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            ListView revocationList,

            @Schema(description = "How far it is to revoke everything; missing unless that was ordered since the start")
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            SweepView sweep) {}

    /** A revocation list. */
    @Schema(name = "RevocationListState")
    public record ListView(long number, Instant thisUpdate, Instant nextUpdate) {

        static ListView of(RevocationList list) {
            return new ListView(list.number(), list.thisUpdate(), list.nextUpdate());
        }
    }
}
