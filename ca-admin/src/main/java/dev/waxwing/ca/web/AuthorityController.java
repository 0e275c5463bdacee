package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.revocation.Sweep;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The authority itself over REST: show it, rotate the issuing authority, revoke a former one. No private key comes or goes this way. */
@RestController
@RequestMapping("/api/v1/authority")
@Tag(name = "authority")
final class AuthorityController {

    private final AuthorityOverview overview;
    private final Ceremonies ceremonies;
    private final CertificateAuthority authority;
    private final RefusalJournal journal;

    AuthorityController(
            AuthorityOverview overview, Ceremonies ceremonies, CertificateAuthority authority, RefusalJournal journal) {
        this.overview = overview;
        this.ceremonies = ceremonies;
        this.authority = authority;
        this.journal = journal;
    }

    @GetMapping
    @Operation(summary = "Show the root and the issuing authorities", description = "The current one comes first.")
    AuthorityView show() {
        return overview.view();
    }

    @PostMapping("/issuing/rotation")
    @Operation(
            summary = "Have a new issuing authority take over",
            description =
                    "New certificates come from it. Those of the former one go on working; it signs revocation lists"
                            + " until the last of them has ended.")
    @ApiResponse(responseCode = "201", description = "It has taken over")
    @ApiResponse(
            responseCode = "409",
            description = "The root's private key is not at hand; the detail says what to do")
    ResponseEntity<AuthorityView.Issuer> rotate(@Nullable Principal principal) {
        return switch (ceremonies.rotateIssuing(Refusals.actor(principal))) {
            case CeremonyResult.Done<IssuingAuthority>(var current) ->
                ResponseEntity.created(URI.create("/api/v1/authority")).body(overview.issuer(current));
            case CeremonyResult.Refused<IssuingAuthority>(var detail, var reference) ->
                throw new RefusedException(
                        HttpStatus.CONFLICT, "The issuing authority was not rotated", detail, reference);
        };
    }

    @PostMapping(path = "/issuing/{id}/certificate/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke the own certificate of a former issuing authority",
            description =
                    "For good. The root's revocation list names it from now on, which the root's private key signs;"
                            + " devices learn of it in their sessions and believe no server any more whose certificate"
                            + " came from it. Everything that it has issued is revoked, too, for the same reason;"
                            + " thousands take longer than a call. Asking again for the same reason completes what was"
                            + " interrupted. For administrators.")
    @ApiResponse(responseCode = "200", description = "It is revoked, and so is everything that it has issued")
    @ApiResponse(
            responseCode = "202",
            description = "It is revoked; the revocation of what it has issued goes on, also after a restart")
    @ApiResponse(responseCode = "404", description = "No such issuing authority")
    @ApiResponse(
            responseCode = "409",
            description =
                    "It is the current one, has ended, or is revoked for another reason; the reason does not fit an"
                            + " authority; or the root's private key is not at hand. The detail says what to do")
    @ApiResponse(
            responseCode = "500",
            description = "Not everything that it has issued could be revoked; asking again goes on with the rest")
    ResponseEntity<AuthorityView.Issuer> revoke(
            @Parameter(description = "The last word of its name", example = "4b5a6978") @PathVariable String id,
            @Valid @RequestBody RevocationWish wish,
            @Nullable Principal principal) {
        RevocationReason reason = RevocationReason.parse(wish.reason())
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST, "A reason is one of: " + Ceremonies.reasonNames() + ".", principal));
        AuthorityId issuer = authority
                .issuerNamed(id)
                .map(IssuingAuthority::id)
                .orElseThrow(() -> refuse(
                        HttpStatus.NOT_FOUND,
                        "There is no such issuing authority; GET /api/v1/authority lists them.",
                        principal));
        return switch (ceremonies.revokeIssuing(issuer, reason, Refusals.actor(principal))) {
            case CeremonyResult.Done<Sweep>(var sweep) -> revoked(sweep);
            case CeremonyResult.Refused<Sweep>(var detail, var reference) ->
                throw new RefusedException(
                        HttpStatus.CONFLICT, "The issuing authority was not revoked", detail, reference);
        };
    }

    private ResponseEntity<AuthorityView.Issuer> revoked(Sweep sweep) {
        AuthorityView.Issuer view =
                overview.issuer(authority.issuer(sweep.issuer()).orElseThrow());
        return switch (sweep.state()) {
            case DONE -> ResponseEntity.ok(view);
            case RUNNING ->
                ResponseEntity.accepted()
                        .location(URI.create("/api/v1/authority"))
                        .body(view);
            case FAILED ->
                throw Refusals.refused(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "The issuing authority is revoked, and " + sweep.revoked() + " of " + sweep.total()
                                + " certificates that it has issued: " + sweep.failure()
                                + ". Asking again goes on with what is left.",
                        Objects.requireNonNull(sweep.reference(), "a failed sweep is in the audit trail"));
        };
    }

    @Schema(name = "AuthorityRevocationOrder")
    record RevocationWish(
            @Schema(description = "RFC 5280 reason that fits an authority", example = "cACompromise")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String reason) {}

    private RefusedException refuse(HttpStatus status, String detail, @Nullable Principal principal) {
        return Refusals.refused(journal, principal, status, "authority", detail);
    }
}
