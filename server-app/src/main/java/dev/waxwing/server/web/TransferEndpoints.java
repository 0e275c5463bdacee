package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.media.StoredContent;
import dev.waxwing.server.media.StoredReceipt;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.media.Verification;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/api/v1/transfers")
@Tag(name = "Transfers", description = "What devices sent")
class TransferEndpoints {

    private static final String CMS = "application/pkcs7-signature";

    private final Transfers transfers;
    private final ContentServer contents;
    private final BundleSender bundles;

    TransferEndpoints(Transfers transfers, ContentServer contents, BundleSender bundles) {
        this.transfers = transfers;
        this.contents = contents;
        this.bundles = bundles;
    }

    /** A transfer in the REST interface. */
    record TransferAnswer(
            @Schema(example = "5f2a6c1e9b0d4f3a8c7e6d5b4a392817")
            String id,

            @Schema(example = "camera-01") String device,

            @Schema(
                    example = "image",
                    allowableValues = {"text", "image", "video", "file"})
            String kind,

            @Schema(
                    example = "accepted",
                    allowableValues = {"receiving", "accepted", "quarantined", "rejected"})
            String state,

            @Schema(example = "dawn.jpg") String name,
            @Schema(example = "image/jpeg") String mediaType,
            boolean typeMismatch,
            @Schema(example = "483211") long size,

            @Schema(example = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730") @Nullable
            String sha256,

            @Schema(allowableValues = {"wxp2", "classic"}) String trustLevel,

            Instant receivedAt,
            @Nullable Instant acceptedAt,

            @Schema(example = "0a1b2c3d4e5f60718293a4b5c6d7e8f9") @Nullable
            String receiptId,

            @Schema(description = "Why it was refused or set aside", example = "certificate revoked") @Nullable
            String reason) {

        static TransferAnswer of(Transfer transfer) {
            return new TransferAnswer(
                    transfer.id(),
                    transfer.device(),
                    transfer.kind().word(),
                    transfer.state().word(),
                    transfer.name(),
                    transfer.mediaType(),
                    transfer.typeMismatch(),
                    transfer.size(),
                    transfer.sha256(),
                    transfer.trustLevel(),
                    transfer.receivedAt(),
                    transfer.acceptedAt(),
                    transfer.receiptId(),
                    transfer.reason());
        }
    }

    @GetMapping
    @Operation(summary = "List transfers, newest first")
    Page<TransferAnswer> list(
            @RequestParam(required = false) @Nullable String device,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        TransferFilter filter = new TransferFilter(
                device, parsed("kind", kind, TransferKind::of), parsed("state", state, TransferState::of));
        return Pages.map(transfers.page(filter, wanted.page(), wanted.size()), TransferAnswer::of);
    }

    @GetMapping("/{id}")
    @Operation(summary = "Show one transfer")
    TransferAnswer find(@PathVariable String id) {
        return TransferAnswer.of(transfer(id));
    }

    @GetMapping("/{id}/content")
    @Operation(
            summary = "Read the content of an accepted transfer",
            description = "Takes Range. Served as its detected type when a browser can only display that type,"
                    + " otherwise as application/octet-stream. The entity tag is the SHA-256.")
    @ApiResponse(
            responseCode = "200",
            description = "The content",
            content =
                    @Content(
                            mediaType = "application/octet-stream",
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "409", description = "Nothing was accepted")
    void content(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Transfer transfer = transfer(id);
        StoredContent content = transfers.content(id).orElseThrow(() -> notAccepted(transfer));
        contents.send(content, transfer.sha256(), false, request, response);
    }

    @GetMapping(path = "/{id}/receipt", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Read the receipt", description = "receipt.json as it was signed, byte for byte.")
    ResponseEntity<byte[]> receipt(@PathVariable String id) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(stored(id).json().toArray());
    }

    @GetMapping(path = "/{id}/receipt", produces = CMS)
    @Operation(summary = "Read the receipt's signature", description = "Detached CMS, DER.")
    ResponseEntity<byte[]> receiptSignature(@PathVariable String id) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(CMS))
                .body(stored(id).signature().toArray());
    }

    @GetMapping(path = "/{id}/evidence", produces = "application/zip")
    @Operation(
            summary = "Take the evidence bundle away",
            description = "Zip with content, manifest, receipt, both signatures, certificates and their status at"
                    + " acceptance, and a README that says how OpenSSL checks it.")
    @ApiResponse(
            responseCode = "200",
            description = "The bundle",
            content = @Content(mediaType = "application/zip", schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "409", description = "Nothing was accepted")
    void evidence(@PathVariable String id, HttpServletResponse response) throws IOException {
        Transfer transfer = transfer(id);
        bundles.send(transfers.evidence(id).orElseThrow(() -> notAccepted(transfer)), response);
    }

    /** What the checks of a transfer found, in the REST interface. */
    record VerificationAnswer(
            @Schema(example = "5f2a6c1e9b0d4f3a8c7e6d5b4a392817")
            String transferId,

            @Schema(allowableValues = {"wxp2", "classic"}) String trustLevel,

            boolean passed,
            Instant checkedAt,
            List<CheckAnswer> checks) {}

    /** One check. */
    record CheckAnswer(
            @Schema(example = "hash") String name,
            boolean passed,

            @Schema(example = "The content has the SHA-256 of the manifest.")
            String detail) {}

    @PostMapping("/{id}/verification")
    @Operation(summary = "Check hash and signatures again now")
    @ApiResponse(responseCode = "200", description = "What the checks found")
    @ApiResponse(responseCode = "409", description = "Nothing was accepted")
    VerificationAnswer verify(@PathVariable String id, Principal caller) {
        Transfer transfer = transfer(id);
        Verification verification =
                transfers.verifyAgain(id, caller.getName()).orElseThrow(() -> notAccepted(transfer));
        return new VerificationAnswer(
                verification.transferId(),
                transfer.trustLevel(),
                verification.passed(),
                verification.checkedAt(),
                verification.checks().stream()
                        .map(check -> new CheckAnswer(check.name(), check.passed(), check.detail()))
                        .toList());
    }

    private Transfer transfer(String id) {
        return transfers.find(id).orElseThrow(() -> Missing.named("transfer", id));
    }

    private StoredReceipt stored(String id) {
        Transfer transfer = transfer(id);
        return transfers.receipt(id).orElseThrow(() -> notAccepted(transfer));
    }

    private static ResponseStatusException notAccepted(Transfer transfer) {
        return new ResponseStatusException(
                HttpStatus.CONFLICT,
                "The transfer is %s; only an accepted one has this."
                        .formatted(transfer.state().word()));
    }

    private static <T> @Nullable T parsed(
            String parameter, @Nullable String value, Function<String, Optional<T>> parser) {
        if (value == null || value.isBlank()) {
            return null;
        }
        return parser.apply(value)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.BAD_REQUEST, "%s has no value %s.".formatted(parameter, value)));
    }
}
