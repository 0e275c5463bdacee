package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.ReleaseResult;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.wire.Quantity;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Revocation over REST: of one certificate, of all that a device has, of all that the authority has issued; and release. */
@RestController
@RequestMapping("/api/v1")
@Tag(name = "certificates")
final class RevocationsController {

    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final Revocation revocation;
    private final Sweeps sweeps;
    private final CertificateViews views;
    private final PresentedCertificate presented;
    private final RefusalJournal journal;

    RevocationsController(
            CertificateAuthority authority,
            Inventory inventory,
            Revocation revocation,
            Sweeps sweeps,
            CertificateViews views,
            PresentedCertificate presented,
            RefusalJournal journal) {
        this.authority = authority;
        this.inventory = inventory;
        this.revocation = revocation;
        this.sweeps = sweeps;
        this.views = views;
        this.presented = presented;
        this.journal = journal;
    }

    @PostMapping(path = "/certificates/{serialNumber}/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke a certificate, or put it on hold",
            description =
                    "Its live sessions end. Asking again for the same reason changes nothing and succeeds. With the"
                            + " reason certificateHold it can be released; every other reason is for good, and makes a"
                            + " hold so.")
    @ApiResponse(responseCode = "200", description = "Revoked")
    @ApiResponse(responseCode = "403", description = "Only an administrator revokes what is not a device's")
    @ApiResponse(responseCode = "409", description = "Expired, or revoked for another reason")
    CertificateView revoke(
            @PathVariable String serialNumber,
            @Valid @RequestBody Wish wish,
            @Nullable Principal principal,
            HttpServletRequest http) {
        RevocationReason reason = reason(wish.reason(), serialNumber, principal);
        return revoke(known(serialNumber, principal), reason, principal, http);
    }

    @PostMapping(path = "/certificates/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke the certificate that is in the body",
            description =
                    "For when the certificate is at hand and its serial number is not. It must be, byte for byte, one"
                            + " that was issued here.")
    @ApiResponse(responseCode = "200", description = "Revoked")
    @ApiResponse(responseCode = "403", description = "Only an administrator revokes what is not a device's")
    @ApiResponse(responseCode = "404", description = "Not issued here")
    @ApiResponse(responseCode = "409", description = "Expired, or revoked for another reason")
    CertificateView revokePresented(
            @Valid @RequestBody Presented wish, @Nullable Principal principal, HttpServletRequest http) {
        RevocationReason reason = reason(wish.reason(), "certificates", principal);
        CertificateEntry entry = switch (presented.look(wish.certificate().getBytes(StandardCharsets.UTF_8))) {
            case PresentedCertificate.Found(var found) -> found;
            case PresentedCertificate.Unreadable() ->
                throw refuse(
                        HttpStatus.UNPROCESSABLE_CONTENT, "certificates", PresentedCertificate.UNREADABLE, principal);
            case PresentedCertificate.Foreign() ->
                throw refuse(HttpStatus.NOT_FOUND, "certificates", PresentedCertificate.FOREIGN, principal);
        };
        return revoke(entry, reason, principal, http);
    }

    private CertificateView revoke(
            CertificateEntry known, RevocationReason reason, @Nullable Principal principal, HttpServletRequest http) {
        requireAdministratorUnlessDevices(known, principal, http);
        return switch (revocation.revoke(known.serialNumber(), reason, Refusals.actor(principal))) {
            case RevocationResult.Revoked(var entry) -> views.of(entry);
            case RevocationResult.Unknown() ->
                throw unknown(known.serialNumber().toString(), principal);
            case RevocationResult.Refused(var detail, var reference) ->
                throw new RefusedException(HttpStatus.CONFLICT, "The certificate was not revoked", detail, reference);
        };
    }

    @DeleteMapping("/certificates/{serialNumber}/revocation")
    @Operation(
            summary = "Release a certificate from its hold",
            description =
                    "It is as good as before, and vanishes from the next revocation list. What was revoked for good"
                            + " stays so.")
    @ApiResponse(responseCode = "200", description = "Released")
    @ApiResponse(responseCode = "403", description = "Only an administrator releases what is not a device's")
    @ApiResponse(responseCode = "409", description = "Not on hold")
    CertificateView release(@PathVariable String serialNumber, @Nullable Principal principal, HttpServletRequest http) {
        CertificateEntry known = known(serialNumber, principal);
        requireAdministratorUnlessDevices(known, principal, http);
        return switch (revocation.release(known.serialNumber(), Refusals.actor(principal))) {
            case ReleaseResult.Released(var entry) -> views.of(entry);
            case ReleaseResult.Unknown() -> throw unknown(known.serialNumber().toString(), principal);
            case ReleaseResult.Refused(var detail, var reference) ->
                throw new RefusedException(HttpStatus.CONFLICT, "The certificate was not released", detail, reference);
        };
    }

    @PostMapping(path = "/devices/{name}/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke whatever a device has",
            description =
                    "All its certificates that have not ended, those on hold among them, and for keyCompromise those"
                        + " that have; what is revoked for good stays as it is. What allows it to come back ends. An"
                        + " open invite for the name stays open.")
    @ApiResponse(responseCode = "200", description = "What was changed; nothing, when all of it was revoked before")
    @ApiResponse(responseCode = "404", description = "No certificate ever named such a device")
    Revoked revokeDevice(@PathVariable String name, @Valid @RequestBody Wish wish, @Nullable Principal principal) {
        RevocationReason reason = reason(wish.reason(), name, principal);
        List<CertificateEntry> changed = revocation
                .revokeDevice(name, reason, Refusals.actor(principal))
                .orElseThrow(() -> refuse(
                        HttpStatus.NOT_FOUND,
                        name,
                        "No certificate was ever issued to a device of this name; GET /api/v1/devices lists them.",
                        principal));
        return new Revoked(views.of(changed));
    }

    @PostMapping(path = "/authority/issuing/{id}/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke everything that an issuing authority has issued",
            description =
                    "For when its key is in wrong hands. If the server's own certificates are among them, they are"
                        + " replaced at once. Every device with one of them needs a new invite. Thousands take longer"
                        + " than a call: then it goes on by itself, and GET /api/v1/authority says how far it is."
                        + " Asking again while it does begins nothing. For administrators.")
    @ApiResponse(responseCode = "200", description = "All are revoked")
    @ApiResponse(responseCode = "202", description = "It goes on, also after a restart")
    @ApiResponse(responseCode = "404", description = "No such issuing authority")
    @ApiResponse(responseCode = "409", description = "One for another reason goes on")
    @ApiResponse(responseCode = "500", description = "Some could not be revoked; asking again goes on with them")
    ResponseEntity<SweepView> revokeAll(
            @Parameter(description = "The last word of its name, or current", example = "current") @PathVariable
                    String id,
            @Valid @RequestBody Wish wish,
            @Nullable Principal principal) {
        RevocationReason reason = reason(wish.reason(), "authority", principal);
        AuthorityId issuer = authority
                .issuerNamed(id)
                .map(IssuingAuthority::id)
                .orElseThrow(() -> refuse(
                        HttpStatus.NOT_FOUND,
                        "authority",
                        "There is no such issuing authority; GET /api/v1/authority lists them.",
                        principal));
        Sweep sweep = sweeps.order(issuer, reason, Refusals.actor(principal))
                .orElseThrow(() -> refuse(
                        HttpStatus.CONFLICT,
                        "authority",
                        "Everything that it has issued is being revoked for another reason; GET /api/v1/authority says"
                                + " how far that is.",
                        principal));
        return switch (sweep.state()) {
            case DONE -> ResponseEntity.ok(SweepView.of(sweep));
            case RUNNING ->
                ResponseEntity.accepted()
                        .location(URI.create("/api/v1/authority"))
                        .body(SweepView.of(sweep));
            case FAILED ->
                throw Refusals.refused(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        sweep.revoked() + " of " + Quantity.of(sweep.total(), "certificate") + " revoked: "
                                + sweep.failure() + ". Asking again goes on with what is left.",
                        Objects.requireNonNull(sweep.reference(), "a failed sweep is in the audit trail"));
        };
    }

    private void requireAdministratorUnlessDevices(
            CertificateEntry entry, @Nullable Principal principal, HttpServletRequest http) {
        if (entry.role().isForAdministrators() && principal != null && !http.isUserInRole(Refusals.ADMINISTER)) {
            throw refuse(
                    HttpStatus.FORBIDDEN,
                    entry.serialNumber().toString(),
                    "Only an administrator revokes or releases certificates that are not a device's. Ask one.",
                    principal);
        }
    }

    private CertificateEntry known(String serialNumber, @Nullable Principal principal) {
        return SerialNumber.read(serialNumber)
                .flatMap(inventory::find)
                .orElseThrow(() -> unknown(serialNumber, principal));
    }

    private RevocationReason reason(String text, String subject, @Nullable Principal principal) {
        return RevocationReason.parse(text)
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        subject,
                        "A reason is one of: " + String.join(", ", RevocationReason.rfcNames()) + ".",
                        principal));
    }

    private RefusedException unknown(String serialNumber, @Nullable Principal principal) {
        return refuse(HttpStatus.NOT_FOUND, serialNumber, Refusals.NO_SUCH_CERTIFICATE, principal);
    }

    private RefusedException refuse(HttpStatus status, String subject, String detail, @Nullable Principal principal) {
        return Refusals.refused(journal, principal, status, subject, detail);
    }

    @Schema(name = "RevocationOrder")
    record Wish(
            @Schema(description = "RFC 5280 reason", example = "keyCompromise")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String reason) {}

    @Schema(name = "PresentedRevocationOrder")
    record Presented(
            @Schema(
                    description = "The certificate, PEM",
                    example = "-----BEGIN CERTIFICATE-----\nMIH...\n-----END CERTIFICATE-----\n")
            @NotBlank(message = "must be given")
            @Size(max = PresentedCertificate.MAX_LENGTH, message = "must have at most {max} characters")
            String certificate,

            @Schema(description = "RFC 5280 reason", example = "keyCompromise")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String reason) {}

    @Schema(name = "RevokedCertificates")
    record Revoked(
            @Schema(description = "Those that were changed, newest first")
            List<CertificateView> items) {}
}
