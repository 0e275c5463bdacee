package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import io.swagger.v3.oas.annotations.Operation;
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
            String actor,
            String action,
            String subject,
            String outcome,
            String reference,
            @Nullable String reason) {

        static AuditAnswer of(AuditEntry entry) {
            return new AuditAnswer(
                    entry.id(),
                    entry.at(),
                    entry.actor(),
                    entry.action(),
                    entry.subject(),
                    entry.outcome().name().toLowerCase(Locale.ROOT),
                    entry.reference(),
                    entry.reason());
        }
    }

    @GetMapping
    @Operation(
            summary = "Search the audit log, newest first",
            description = "query: part of actor, action, subject or reason, or a whole reference")
    Page<AuditAnswer> search(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        return Pages.map(log.page(query, wanted.page(), wanted.size()), AuditAnswer::of);
    }
}
