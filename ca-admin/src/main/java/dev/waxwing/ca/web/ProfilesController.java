package dev.waxwing.ca.web;

import dev.waxwing.ca.issuance.KeyKind;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The profiles over REST: whoever orders a certificate or an invite sees what there is to order. */
@RestController
@RequestMapping("/api/v1/profiles")
@Tag(name = "certificates")
final class ProfilesController {

    private final Profiles profiles;

    ProfilesController(Profiles profiles) {
        this.profiles = profiles;
    }

    /** All of them. */
    @Schema(name = "Profiles")
    record ProfileList(List<ProfileView> items) {}

    /** A profile as the REST interface shows it. */
    @Schema(name = "Profile")
    record ProfileView(
            @Schema(example = "camera") String name,

            @Schema(
                    description = "Whom its certificates are for; invites take those of devices.",
                    example = "device",
                    allowableValues = {"device", "server", "receipt"})
            String role,

            @Schema(
                    description = "How long a certificate lives, and the longest that may be asked for.",
                    type = "string",
                    format = "duration",
                    example = "PT8760H")
            Duration validity,

            @ArraySchema(
                    arraySchema = @Schema(description = "The kinds of keys that it takes"),
                    schema = @Schema(example = "ecdsa-p256"))
            List<String> keys) {

        static ProfileView of(Profile profile) {
            return new ProfileView(
                    profile.name(),
                    profile.role().name().toLowerCase(Locale.ROOT),
                    profile.validity(),
                    profile.keys().stream().map(KeyKind::text).toList());
        }
    }

    @GetMapping
    @Operation(
            summary = "List the profiles",
            description = "The built-in ones, and those of waxwing.pki.profiles. They change with a restart only.")
    ProfileList list() {
        return new ProfileList(profiles.all().stream().map(ProfileView::of).toList());
    }
}
