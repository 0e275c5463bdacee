package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.account.ApiToken;
import dev.waxwing.server.account.ApiTokens;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Role;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/api/v1/tokens")
@Tag(name = "Tokens", description = "Credentials of programs")
class TokenEndpoints {

    private final ApiTokens tokens;

    TokenEndpoints(ApiTokens tokens) {
        this.tokens = tokens;
    }

    /** A wish for a token. */
    record TokenOrder(
            @Schema(example = "backup job") @Nullable String label,

            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    description = "Its scope: admin, operator, auditor or viewer; not more than the caller may do",
                    defaultValue = "viewer",
                    example = "viewer")
            @Nullable
            String role,

            @Schema(
                    description = "Whether it may make further tokens and, with scope admin, manage users",
                    defaultValue = "false",
                    example = "false")
            @Nullable
            Boolean credentials,

            @Schema(description = "ISO-8601 duration, at most P366D", defaultValue = "P90D", example = "P30D") @Nullable
            Duration expiresIn) {}

    /** A token in the REST interface. */
    record TokenAnswer(
            @Schema(example = "7") long id,
            @Schema(example = "olga") String owner,
            @Schema(example = "backup job") String label,

            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    example = "viewer")
            String role,

            boolean credentials,
            Instant createdAt,
            Instant expiresAt,

            @Schema(description = "To the minute") @Nullable Instant lastUsedAt,

            @Schema(description = "The address of that use", example = "192.0.2.7") @Nullable
            String lastUsedFrom) {

        static TokenAnswer of(ApiToken token) {
            return new TokenAnswer(
                    token.id(),
                    token.owner(),
                    token.label(),
                    token.role().label(),
                    token.credentials(),
                    token.createdAt(),
                    token.expiresAt(),
                    token.lastUsedAt(),
                    token.lastUsedFrom());
        }
    }

    /** A token just made, the only time its secret is shown. */
    record NewTokenAnswer(
            @Schema(example = "7") long id,

            @Schema(description = "Keep it where the program finds it. It is shown this once.", example = "wxt_...")
            String token,

            @Schema(example = "olga") String owner,
            @Schema(example = "backup job") String label,

            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    example = "viewer")
            String role,

            boolean credentials,
            Instant createdAt,
            Instant expiresAt) {

        @Override
        public String toString() {
            return "NewTokenAnswer[" + id + "]";
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Make a token",
            description =
                    "The token itself is in this answer and nowhere else. A token makes others only if it was made with"
                            + " \"credentials\": true.")
    ResponseEntity<NewTokenAnswer> create(@RequestBody TokenOrder order, @AuthenticationPrincipal Caller caller) {
        String label = order.label() == null ? "" : order.label();
        String wanted = order.role() == null ? Role.VIEWER.label() : order.role();
        Role role = Role.named(wanted)
                .orElseThrow(
                        () -> refused("There is no role of that name. There are: admin, operator, auditor, viewer."));
        Duration lifetime = order.expiresIn() == null ? ApiTokens.DEFAULT_LIFETIME : order.expiresIn();
        boolean credentials = Boolean.TRUE.equals(order.credentials());
        return switch (tokens.create(caller, label, role, credentials, lifetime)) {
            case ApiTokens.Creation.Created(ApiToken token, String secret) ->
                ResponseEntity.created(URI.create("/api/v1/tokens/" + token.id()))
                        .body(new NewTokenAnswer(
                                token.id(),
                                secret,
                                token.owner(),
                                token.label(),
                                token.role().label(),
                                token.credentials(),
                                token.createdAt(),
                                token.expiresAt()));
            case ApiTokens.Creation.Refused(String why) -> throw refused(why);
        };
    }

    @GetMapping
    @Operation(
            summary = "List tokens, newest first",
            description =
                    "One's own; all of them for an administrator; only itself for a token without \"credentials\".")
    Page<TokenAnswer> list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        List<ApiToken> visible = tokens.visibleTo(caller);
        List<TokenAnswer> items = visible.stream()
                .skip((long) wanted.page() * wanted.size())
                .limit(wanted.size())
                .map(TokenAnswer::of)
                .toList();
        return new Page<>(items, wanted.page(), wanted.size(), visible.size());
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End a token at once")
    void revoke(@PathVariable long id, @AuthenticationPrincipal Caller caller) {
        if (!tokens.revoke(caller, id)) {
            throw Missing.named("token", String.valueOf(id));
        }
    }

    private static ResponseStatusException refused(String why) {
        return new ResponseStatusException(HttpStatus.UNPROCESSABLE_CONTENT, why);
    }
}
