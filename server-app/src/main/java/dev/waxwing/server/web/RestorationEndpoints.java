package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The times at which this server went back to a backup, for programs. */
@RestController
@RequestMapping("/api/v1/restorations")
@Tag(
        name = "Restorations",
        description = "When this server went back to a backup, and whether what that undid was done again")
class RestorationEndpoints {

    private final Restorations restorations;

    RestorationEndpoints(Restorations restorations) {
        this.restorations = restorations;
    }

    /** A restoration in the REST interface. */
    @Schema(name = "Restoration")
    record RestorationAnswer(
            @Schema(example = "1") long id,
            Instant restoredAt,

            @Schema(description = "The time that the state went back to")
            Instant backupAt,

            @Schema(
                    description = "SHA-256 of the backup file",
                    example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
            String backupSha256,

            @Schema(description = "When somebody said that what it undid was done again") @Nullable
            Instant confirmedAt,

            @Schema(example = "admin") @Nullable String confirmedBy) {

        static RestorationAnswer of(Restoration restoration) {
            return new RestorationAnswer(
                    restoration.id(),
                    restoration.restoredAt(),
                    restoration.backupAt(),
                    restoration.backupSha256(),
                    restoration.confirmedAt(),
                    restoration.confirmedBy());
        }
    }

    @GetMapping
    @Operation(
            summary = "List restorations, newest first",
            description = "As long as one has no confirmedAt, what was done between backupAt and restoredAt may be"
                    + " missing: revocations, holds and releases, removals of devices, changes of users, removals of"
                    + " the root's key, rotations, enrolments and renewals.")
    Page<RestorationAnswer> list(
            @RequestParam(defaultValue = "0") int page, @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        List<Restoration> all = restorations.all();
        List<RestorationAnswer> items = all.stream()
                .skip((long) wanted.page() * wanted.size())
                .limit(wanted.size())
                .map(RestorationAnswer::of)
                .toList();
        return new Page<>(items, wanted.page(), wanted.size(), all.size());
    }

    @PostMapping("/{id}/confirmation")
    @Operation(
            summary = "Say that what a restore undid was done again, as far as it is wanted",
            description = "For administrators. Saying it again changes nothing.")
    RestorationAnswer confirm(@PathVariable long id, Principal caller) {
        return restorations
                .confirm(id, caller.getName())
                .map(RestorationAnswer::of)
                .orElseThrow(() -> Missing.named("restoration", String.valueOf(id)));
    }
}
