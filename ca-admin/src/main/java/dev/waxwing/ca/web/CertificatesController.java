package dev.waxwing.ca.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.enrollment.FormerDevices;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.trust.PeerName;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Certificates over REST: issue, list, show, revoke. */
@RestController
@RequestMapping("/api/v1/certificates")
@Tag(name = "certificates")
final class CertificatesController {

    private static final String PEM = "application/x-pem-file";

    /** Whoever has a server's or a receipt signer's certificate can speak for the deployment itself. */
    private static final String ADMINISTER = "ADMINISTER";

    private final Issuance issuance;
    private final Profiles profiles;
    private final Inventory inventory;
    private final Revocation revocation;
    private final FormerDevices formerDevices;
    private final AuditTrail audit;

    CertificatesController(
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            Revocation revocation,
            FormerDevices formerDevices,
            AuditTrail audit) {
        this.issuance = issuance;
        this.profiles = profiles;
        this.inventory = inventory;
        this.revocation = revocation;
        this.formerDevices = formerDevices;
        this.audit = audit;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Issue a certificate for a request",
            description = "The subject of the request is CN=<name>; alternative names that it asks for are ignored.")
    @ApiResponse(responseCode = "201", description = "Issued")
    @ApiResponse(responseCode = "409", description = "The key is in use elsewhere, or the device was removed")
    @ApiResponse(responseCode = "422", description = "The request is refused; the detail says why")
    @ApiResponse(responseCode = "403", description = "Only an administrator has certificates of other roles issued")
    ResponseEntity<Issued> issue(
            @Valid @RequestBody Order order, @Nullable Principal principal, HttpServletRequest http) {
        String actor = Refusals.actor(principal);
        CertificateRequest request = switch (CertificateRequest.read(order.csr().getBytes(StandardCharsets.UTF_8))) {
            case RequestCheck.Accepted(var accepted) -> accepted;
            case RequestCheck.Refused(var fault) -> throw refused(issuance.refuse(actor, "unknown", fault));
        };
        String name =
                request.commonName().orElseThrow(() -> refused(issuance.refuse(actor, "unknown", RequestFault.NAME)));
        Profile profile = profiles.find(order.profile())
                .orElseThrow(() -> refused(issuance.refuse(actor, name, RequestFault.PROFILE)));
        if (profile.role() != CertificateRole.DEVICE && principal != null && !http.isUserInRole(ADMINISTER)) {
            throw refuse(
                    HttpStatus.FORBIDDEN,
                    name,
                    "Only an administrator has certificates issued that are not a device's: profile " + profile.name()
                            + ".",
                    principal);
        }
        if (!Boolean.TRUE.equals(order.replace()) && formerDevices.has(name)) {
            throw refused(issuance.refuse(actor, name, RequestFault.NAME_OF_REMOVED));
        }
        var wanted = CertificateOrder.of(request, new PeerName(name), profile, order.validity(), actor);
        return switch (issuance.issue(wanted)) {
            case IssuanceResult.Issued(var issued) -> created(issued);
            case IssuanceResult.Refused refusal -> throw refused(refusal);
        };
    }

    private static ResponseEntity<Issued> created(IssuedCertificate issued) {
        URI location = URI.create("/api/v1/certificates/" + issued.serialNumber());
        return ResponseEntity.created(location).body(Issued.of(issued));
    }

    private static RefusedException refused(IssuanceResult.Refused refusal) {
        HttpStatus status = switch (refusal.fault()) {
            case KEY_TAKEN, NAME_OF_REMOVED -> HttpStatus.CONFLICT;
            default -> HttpStatus.UNPROCESSABLE_CONTENT;
        };
        return new RefusedException(
                status, "The certificate was not issued", refusal.fault().message(), refusal.reference());
    }

    @GetMapping
    @Operation(summary = "List certificates, newest first")
    Page<CertificateView> list(
            @Parameter(description = "Part of a name or of a serial number", example = "camera")
                    @RequestParam(required = false)
                    @Size(max = 100, message = "must have at most {max} characters")
                    @Nullable
                    String query,
            @Parameter(schema = @Schema(allowableValues = {"valid", "expiring", "expired", "revoked"}))
                    @RequestParam(required = false)
                    @Nullable
                    String status,
            @RequestParam(defaultValue = "0")
                    @Min(value = 0, message = "must be {value} or more")
                    @Max(value = 1_000_000, message = "must be {value} or less")
                    int page,
            @RequestParam(defaultValue = Page.DEFAULT_SIZE)
                    @Min(value = 1, message = "must be {value} or more")
                    @Max(value = Page.MAX_SIZE, message = "must be {value} or less")
                    int size,
            @Nullable Principal principal) {
        var search = new CertificateSearch(query, status(status, principal), page, size);
        var items = inventory.list(search).stream().map(CertificateView::of).toList();
        return Page.of(items, page, size, () -> inventory.count(search));
    }

    private @Nullable CertificateStatus status(@Nullable String text, @Nullable Principal principal) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return CertificateStatus.parse(text)
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        "certificates",
                        "A status is one of: valid, expiring, expired, revoked.",
                        principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Show a certificate, as JSON or, with Accept: application/x-pem-file, as PEM")
    CertificateView show(@PathVariable String serialNumber, @Nullable Principal principal) {
        return CertificateView.of(entry(serialNumber, principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = PEM)
    @Operation(hidden = true)
    String download(@PathVariable String serialNumber, @Nullable Principal principal) {
        CertificateEntry entry = entry(serialNumber, principal);
        X509Certificate certificate =
                inventory.certificate(entry.serialNumber()).orElseThrow();
        return Pem.certificate(certificate).toString();
    }

    @PostMapping(path = "/{serialNumber}/revocation", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Revoke a certificate for good",
            description = "Its live sessions end. Asking again for the same reason changes nothing and succeeds.")
    @ApiResponse(responseCode = "200", description = "Revoked")
    @ApiResponse(responseCode = "403", description = "Only an administrator revokes what is not a device's")
    @ApiResponse(responseCode = "409", description = "Expired, or revoked for another reason")
    CertificateView revoke(
            @PathVariable String serialNumber,
            @Valid @RequestBody Wish wish,
            @Nullable Principal principal,
            HttpServletRequest http) {
        RevocationReason reason = RevocationReason.parse(wish.reason())
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        serialNumber,
                        "A reason is one of: " + String.join(", ", RevocationReason.rfcNames()) + ".",
                        principal));
        CertificateEntry known = entry(serialNumber, principal);
        if (known.role() != CertificateRole.DEVICE && principal != null && !http.isUserInRole(ADMINISTER)) {
            throw refuse(
                    HttpStatus.FORBIDDEN,
                    serialNumber,
                    "Only an administrator revokes certificates that are not a device's. Ask one.",
                    principal);
        }
        return switch (revocation.revoke(known.serialNumber(), reason, Refusals.actor(principal))) {
            case RevocationResult.Revoked(var entry) -> CertificateView.of(entry);
            case RevocationResult.Unknown() -> throw unknown(serialNumber, principal);
            case RevocationResult.Refused(var detail, var reference) ->
                throw new RefusedException(HttpStatus.CONFLICT, "The certificate was not revoked", detail, reference);
        };
    }

    private CertificateEntry entry(String serialNumber, @Nullable Principal principal) {
        Optional<CertificateEntry> entry = SerialNumber.parse(serialNumber).flatMap(inventory::find);
        return entry.orElseThrow(() -> unknown(serialNumber, principal));
    }

    private RefusedException unknown(String serialNumber, @Nullable Principal principal) {
        return refuse(
                HttpStatus.NOT_FOUND,
                serialNumber,
                "There is no certificate with this serial number: lower-case hex with an even number of digits.",
                principal);
    }

    private RefusedException refuse(HttpStatus status, String subject, String detail, @Nullable Principal principal) {
        AuditEvent event = AuditEvent.refused(Refusals.actor(principal), "request.refused", subject, detail);
        audit.record(event);
        return new RefusedException(status, status.getReasonPhrase(), detail, event.reference());
    }

    @Schema(name = "CertificateOrder")
    record Order(
            @Schema(
                    description = "PKCS#10, PEM",
                    example = "-----BEGIN CERTIFICATE REQUEST-----\nMIH...\n-----END CERTIFICATE REQUEST-----\n")
            @NotBlank(message = "must be given")
            @Size(max = CertificateRequest.MAX_LENGTH, message = "must have at most {max} characters")
            String csr,

            @Schema(example = "camera")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String profile,

            @Schema(description = "ISO 8601; as long as the profile says, unless given", example = "P30D") @Nullable
            Duration validity,

            @Schema(description = "Whether it may take the name of a removed device", example = "false") @Nullable
            Boolean replace) {}

    @Schema(name = "RevocationOrder")
    record Wish(
            @Schema(description = "RFC 5280 reason", example = "keyCompromise")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String reason) {}

    @Schema(name = "IssuedCertificate")
    record Issued(
            @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
            String serialNumber,

            @Schema(example = "CN=camera-01") String subject,
            Instant notBefore,
            Instant notAfter,

            @Schema(example = "-----BEGIN CERTIFICATE-----\nMII...\n-----END CERTIFICATE-----\n")
            String pem,

            @Schema(
                    description = "The certificate and its issuer; the root is at /pki/ca.pem",
                    example = "-----BEGIN CERTIFICATE-----\nMII...\n-----END CERTIFICATE-----\n")
            String chainPem) {

        static Issued of(IssuedCertificate issued) {
            X509Certificate certificate = issued.certificate();
            return new Issued(
                    issued.serialNumber().toString(),
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    Pem.certificate(certificate).toString(),
                    Pem.certificates(issued.chain()));
        }
    }
}
