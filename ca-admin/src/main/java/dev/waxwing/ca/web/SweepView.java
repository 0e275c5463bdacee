package dev.waxwing.ca.web;

import dev.waxwing.ca.revocation.Sweep;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The revocation of everything that an issuing authority has issued, as people see it. */
@Schema(name = "SweptCertificates")
public record SweepView(
        @Schema(allowableValues = {"running", "done", "failed"})
        String state,

        @Schema(description = "RFC 5280 reason", example = "cACompromise")
        String reason,

        @Schema(description = "When it was ordered; what is issued later is not touched")
        Instant begun,

        @Schema(description = "How many there were to revoke")
        int total,

        @Schema(description = "How many of them are revoked")
        int revoked,

        @Schema(
                description = "What went wrong, in the end",
                example = "50 could not be revoked; the server's log says why")
        @Nullable
        String failure) {

    static SweepView of(Sweep sweep) {
        return new SweepView(
                sweep.state().name().toLowerCase(Locale.ROOT),
                sweep.reason().rfcName(),
                sweep.begun(),
                sweep.total(),
                sweep.revoked(),
                sweep.failure());
    }
}
