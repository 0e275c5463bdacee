package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The times at which this server went back to a backup, for programs. */
@RestController
@RequestMapping("/api/v1/restorations")
@Tag(name = "Restorations", description = "When this server went back to a backup, and what is to be repeated since")
class RestorationEndpoints {

    private final Restorations restorations;

    RestorationEndpoints(Restorations restorations) {
        this.restorations = restorations;
    }

    @GetMapping
    @Operation(
            summary = "List restorations, newest first",
            description = "As long as one has no confirmedAt, revocations made between backupAt and restoredAt may be"
                    + " missing.")
    Page<Restoration> list(@RequestParam(defaultValue = "0") int page, @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        List<Restoration> all = restorations.all();
        List<Restoration> items = all.stream()
                .skip((long) wanted.page() * wanted.size())
                .limit(wanted.size())
                .toList();
        return new Page<>(items, wanted.page(), wanted.size(), all.size());
    }

    @PostMapping("/{id}/confirmation")
    @Operation(
            summary = "Say that the revocations which a restore forgot were repeated",
            description = "For administrators. Saying it again changes nothing.")
    Restoration confirm(@PathVariable long id, Principal caller) {
        return restorations
                .confirm(id, caller.getName())
                .orElseThrow(() -> Missing.named("restoration", String.valueOf(id)));
    }
}
