package dev.waxwing.ca.web;

import dev.waxwing.ca.enrollment.InviteBatch;
import dev.waxwing.ca.enrollment.InviteBatchResult;
import dev.waxwing.ca.enrollment.InviteEntry;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.InviteState;
import dev.waxwing.ca.enrollment.Invites;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Invites over REST: make, list, show, take back. */
@RestController
@RequestMapping("/api/v1/invites")
@Tag(name = "invites")
final class InvitesController {

    private final Invites invites;
    private final RefusalJournal journal;

    InvitesController(Invites invites, RefusalJournal journal) {
        this.invites = invites;
        this.journal = journal;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Make an invite for a device", description = "The invite is shown this once.")
    @ApiResponse(responseCode = "201", description = "Made")
    @ApiResponse(responseCode = "409", description = "There is a device or an open invite of that name")
    @ApiResponse(responseCode = "422", description = "Name, profile or time are not acceptable; the detail says why")
    ResponseEntity<Made> create(@Valid @RequestBody Order order, @Nullable Principal principal) {
        var wanted =
                new InviteOrder(order.name(), order.profile(), order.expiresIn(), Boolean.TRUE.equals(order.replace()));
        return switch (invites.create(wanted, Refusals.actor(principal))) {
            case InviteResult.Created created ->
                ResponseEntity.created(URI.create("/api/v1/invites/" + created.id()))
                        .cacheControl(CacheControl.noStore())
                        .body(Made.of(created));
            case InviteResult.NameTaken(var detail, var reference) ->
                throw new RefusedException(HttpStatus.CONFLICT, "The invite was not made", detail, reference);
            case InviteResult.Invalid(var detail, var reference) ->
                throw new RefusedException(
                        HttpStatus.UNPROCESSABLE_CONTENT, "The invite was not made", detail, reference);
        };
    }

    @PostMapping(path = "/batch", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Make invites for several devices",
            description = "All are made, or none. They are shown this once, in the order of the names.")
    @ApiResponse(responseCode = "201", description = "Made")
    @ApiResponse(responseCode = "409", description = "There is a device or an open invite of one of the names")
    @ApiResponse(responseCode = "422", description = "Names, profile or time are not acceptable; the detail says why")
    ResponseEntity<AllMade> createAll(@Valid @RequestBody Batch batch, @Nullable Principal principal) {
        var wanted = new InviteBatch(
                batch.names(), batch.profile(), batch.expiresIn(), Boolean.TRUE.equals(batch.replace()));
        return switch (invites.createAll(wanted, Refusals.actor(principal))) {
            case InviteBatchResult.Created(var made) ->
                ResponseEntity.status(HttpStatus.CREATED)
                        .cacheControl(CacheControl.noStore())
                        .body(AllMade.of(made));
            case InviteBatchResult.Refused(var taken, var detail, var reference) ->
                throw new RefusedException(
                        taken ? HttpStatus.CONFLICT : HttpStatus.UNPROCESSABLE_CONTENT,
                        "The invites were not made",
                        detail,
                        reference);
        };
    }

    @GetMapping
    @Operation(summary = "List invites, newest first", description = "query: part of the device's name")
    Page<InviteView> list(
            @Parameter(schema = @Schema(allowableValues = {"open", "redeemed", "expired", "revoked"}))
                    @RequestParam(required = false)
                    @Nullable
                    String state,
            @RequestParam(defaultValue = "") @Size(max = 63, message = "must have at most {max} characters")
                    String query,
            @RequestParam(defaultValue = "0")
                    @Min(value = 0, message = "must be {value} or more")
                    @Max(value = 1_000_000, message = "must be {value} or less")
                    int page,
            @RequestParam(defaultValue = Page.DEFAULT_SIZE)
                    @Min(value = 1, message = "must be {value} or more")
                    @Max(value = Page.MAX_SIZE, message = "must be {value} or less")
                    int size,
            @Nullable Principal principal) {
        InviteState wanted = state(state, principal);
        var items = invites.list(wanted, query, page, size).stream()
                .map(InviteView::of)
                .toList();
        return Page.of(items, page, size, () -> invites.count(wanted, query));
    }

    private @Nullable InviteState state(@Nullable String text, @Nullable Principal principal) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return InviteState.parse(text)
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        "invites",
                        "A state is one of: open, redeemed, expired, revoked.",
                        principal));
    }

    @GetMapping("/{id}")
    @Operation(summary = "Show what is known of an invite")
    InviteView show(@PathVariable String id, @Nullable Principal principal) {
        return InviteView.of(invites.find(id).orElseThrow(() -> unknown(id, principal)));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Take back an invite that nobody redeemed")
    @ApiResponse(responseCode = "204", description = "It can no longer be used")
    @ApiResponse(responseCode = "409", description = "It was redeemed; revoke the certificate instead")
    void revoke(@PathVariable String id, @Nullable Principal principal) {
        InviteEntry invite = invites.revoke(id, Refusals.actor(principal)).orElseThrow(() -> unknown(id, principal));
        if (invite.state() == InviteState.REDEEMED) {
            throw refuse(
                    HttpStatus.CONFLICT,
                    invite.name(),
                    "The invite was redeemed. Revoke the certificate of " + invite.name() + " instead.",
                    principal);
        }
    }

    private RefusedException unknown(String id, @Nullable Principal principal) {
        return refuse(HttpStatus.NOT_FOUND, id, "There is no invite with this id.", principal);
    }

    private RefusedException refuse(HttpStatus status, String subject, String detail, @Nullable Principal principal) {
        return Refusals.refused(journal, principal, status, subject, detail);
    }

    @Schema(name = "InviteOrder")
    record Order(
            @Schema(example = "camera-01")
            @NotBlank(message = "must be given")
            @Size(max = 63, message = "must have at most {max} characters")
            String name,

            @Schema(example = "camera") @Size(max = 32, message = "must have at most {max} characters") @Nullable
            String profile,

            @Schema(description = "ISO 8601, 1 minute to 30 days; 24 hours unless given", example = "PT12H") @Nullable
            Duration expiresIn,

            @Schema(description = "Whether it may replace a device of that name", example = "false") @Nullable
            Boolean replace) {}

    @Schema(name = "InviteBatch")
    record Batch(
            @ArraySchema(schema = @Schema(example = "camera-01"))
            @NotEmpty(message = "must be given")
            @Size(max = InviteBatch.MOST, message = "must be {max} or fewer")
            List<
                            @NotBlank(message = "must be given")
                            @Size(max = 63, message = "must have at most {max} characters") String>
                    names,

            @Schema(example = "camera") @Size(max = 32, message = "must have at most {max} characters") @Nullable
            String profile,

            @Schema(description = "ISO 8601, 1 minute to 30 days; 24 hours unless given", example = "PT12H") @Nullable
            Duration expiresIn,

            @Schema(description = "Whether each may replace a device of its name", example = "false") @Nullable
            Boolean replace) {}

    @Schema(name = "NewInvites")
    record AllMade(List<NamedInvite> invites) {

        static AllMade of(List<InviteResult.Created> invites) {
            return new AllMade(invites.stream().map(NamedInvite::of).toList());
        }
    }

    @Schema(name = "NewNamedInvite")
    record NamedInvite(
            @Schema(example = "camera-01") String name,
            @Schema(example = "9f86d081884c7d65") String id,

            @Schema(description = "Give this to the device. It is shown this once.", example = "wxi1.AfKx...")
            String invite,

            Instant expiresAt,

            @Schema(
                    description = "SHA-256 of the root's SubjectPublicKeyInfo: what the invite pins",
                    example = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730")
            String caFingerprint) {

        static NamedInvite of(InviteResult.Created created) {
            Made made = Made.of(created);
            return new NamedInvite(
                    created.invite().name().toString(),
                    made.id(),
                    made.invite(),
                    made.expiresAt(),
                    made.caFingerprint());
        }
    }

    @Schema(name = "NewInvite")
    record Made(
            @Schema(example = "9f86d081884c7d65") String id,

            @Schema(description = "Give this to the device. It is shown this once.", example = "wxi1.AfKx...")
            String invite,

            Instant expiresAt,

            @Schema(
                    description = "SHA-256 of the root's SubjectPublicKeyInfo: what the invite pins",
                    example = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730")
            String caFingerprint) {

        static Made of(InviteResult.Created created) {
            return new Made(
                    created.id(),
                    created.invite().encode(),
                    created.expiresAt(),
                    HexFormat.of().formatHex(created.invite().rootSpkiSha256()));
        }
    }

    /** An invite as the REST interface shows it. */
    @Schema(name = "Invite")
    record InviteView(
            @Schema(example = "9f86d081884c7d65") String id,
            @Schema(example = "camera-01") String name,
            @Schema(example = "camera") String profile,

            @Schema(
                    example = "open",
                    allowableValues = {"open", "redeemed", "expired", "revoked"})
            String state,

            boolean replace,
            @Schema(example = "anna") String createdBy,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant redeemedAt,
            @Nullable Instant revokedAt,

            @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687") @Nullable
            String certificateSerialNumber) {

        static InviteView of(InviteEntry invite) {
            return new InviteView(
                    invite.id(),
                    invite.name(),
                    invite.profile(),
                    invite.state().text(),
                    invite.replaces(),
                    invite.createdBy(),
                    invite.createdAt(),
                    invite.expiresAt(),
                    invite.redeemedAt(),
                    invite.revokedAt(),
                    invite.certificateSerialNumber());
        }
    }
}
