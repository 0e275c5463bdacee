package dev.waxwing.server.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/audit")
@Tag(name = "Audit", description = "What was done and what was refused")
class AuditEndpoints {

    private final AuditLog log;

    AuditEndpoints(AuditLog log) {
        this.log = log;
    }

    /** An audit event in the REST interface. */
    record AuditAnswer(
            long id,
            Instant at,

            @Schema(description = "A user, device:NAME, host or system", example = "anna")
            String actor,

            @Schema(example = "user.role-changed") String action,
            @Schema(example = "olga") String subject,

            @Schema(allowableValues = {"success", "refused"})
            String outcome,

            @Schema(example = "0123456789abcdef") String reference,

            @Schema(example = "2 API tokens ended") @Nullable
            String reason,

            @Schema(description = "From where: an address, or host", example = "192.0.2.7") @Nullable
            String source,

            @Schema(description = "The value before, if one changed", example = "viewer") @Nullable
            String before,

            @Schema(description = "The value after", example = "operator") @Nullable
            String after,

            @Schema(description = "Of how many events this is the sum", example = "1")
            int count,

            @Schema(description = "The first of them, if more than one") @Nullable
            Instant firstAt,

            @Schema(description = "The last of them, if more than one") @Nullable
            Instant lastAt) {

        static AuditAnswer of(AuditEntry entry) {
            AuditEvent.Change change = entry.change();
            AuditEvent.Run run = entry.run();
            return new AuditAnswer(
                    entry.id(),
                    entry.at(),
                    entry.actor(),
                    entry.action(),
                    entry.subject(),
                    entry.outcome().name().toLowerCase(Locale.ROOT),
                    entry.reference(),
                    entry.reason(),
                    entry.source(),
                    change == null ? null : change.before(),
                    change == null ? null : change.after(),
                    run == null ? 1 : run.count(),
                    run == null ? null : run.first(),
                    run == null ? null : run.last());
        }
    }

    @GetMapping
    @Operation(
            summary = "Search the audit log, newest first",
            description =
                    "query: part of actor, action, subject, reason, source or a changed value; or a whole reference")
    Page<AuditAnswer> search(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        return Pages.map(log.page(query, wanted.page(), wanted.size()), AuditAnswer::of);
    }
}
