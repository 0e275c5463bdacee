package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The authority itself over REST: show it, rotate the issuing authority. No private key comes or goes this way. */
@RestController
@RequestMapping("/api/v1/authority")
@Tag(name = "authority")
final class AuthorityController {

    private final AuthorityOverview overview;
    private final Ceremonies ceremonies;

    AuthorityController(AuthorityOverview overview, Ceremonies ceremonies) {
        this.overview = overview;
        this.ceremonies = ceremonies;
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
}
