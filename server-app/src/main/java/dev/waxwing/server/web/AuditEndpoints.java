package dev.waxwing.server.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.AuditSearch;
import dev.waxwing.server.audit.ChainCheck;
import dev.waxwing.server.audit.ChainInspection;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/api/v1/audit")
@Tag(name = "Audit", description = "What was done and what was refused")
class AuditEndpoints {

    private final AuditLog log;
    private final AuditExport export;
    private final ChainInspection inspection;

    AuditEndpoints(AuditLog log, AuditExport export, ChainInspection inspection) {
        this.log = log;
        this.export = export;
        this.inspection = inspection;
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
                    "query: part of actor, action, subject, reason, source or a changed value; or a whole reference."
                            + " outcome: success or refused. from, until: ISO 8601 instants, the latter not included.")
    Page<AuditAnswer> search(
            @RequestParam(defaultValue = "") String query,
            @Parameter(schema = @Schema(allowableValues = {"success", "refused"})) @RequestParam(defaultValue = "")
                    String outcome,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant until,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        AuditSearch search = new AuditSearch(query, outcome(outcome), from, until);
        return Pages.map(log.page(search, wanted.page(), wanted.size()), AuditAnswer::of);
    }

    @GetMapping("/export")
    @Operation(
            summary = "Take the audit log away, oldest first",
            description =
                    "All that the search finds, each entry with its hash and that of the one before. format: csv, or"
                            + " ndjson for a line of JSON each. A cell of CSV that a table program would take for a"
                            + " formula begins with an apostrophe.")
    @ApiResponse(
            responseCode = "200",
            description = "The entries",
            content = @Content(mediaType = "text/csv", schema = @Schema(type = "string", format = "binary")))
    void export(
            @RequestParam(defaultValue = "") String query,
            @Parameter(schema = @Schema(allowableValues = {"success", "refused"})) @RequestParam(defaultValue = "")
                    String outcome,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant until,
            @Parameter(schema = @Schema(allowableValues = {"csv", "ndjson"})) @RequestParam(defaultValue = "csv")
                    String format,
            Principal caller,
            HttpServletResponse response)
            throws IOException {
        export.send(new AuditSearch(query, outcome(outcome), from, until), format(format), caller.getName(), response);
    }

    private static @Nullable Outcome outcome(String word) {
        return switch (word) {
            case "" -> null;
            case "success" -> Outcome.SUCCESS;
            case "refused" -> Outcome.REFUSED;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "An outcome is success or refused.");
        };
    }

    static AuditExport.Format format(String word) {
        return switch (word) {
            case "csv" -> AuditExport.Format.CSV;
            case "ndjson" -> AuditExport.Format.NDJSON;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "A format is csv or ndjson.");
        };
    }

    /** What a check of the chain found, in the REST interface. */
    record ChainAnswer(
            @Schema(description = "Whether every entry fits the one before it, up to the last", example = "true")
            boolean intact,

            @Schema(description = "The first entry that does not fit") @Nullable
            Long brokenAt,

            @Schema(description = "The last entry that fits; they are numbered without gaps", example = "4711")
            long headId,

            @Schema(
                    description = "Its hash: note both outside",
                    example = "5b0f3c1a9e7d2468ace013579bdf2468013579bdf2468ace5b0f3c1a9e7d2468")
            String headHash,

            @Schema(
                    description = "How the entry id compares with the hash head; missing unless both were given",
                    allowableValues = {"same", "another", "missing"})
            @Nullable
            String noted,

            @Schema(description = "What was written later may not have been looked at")
            Instant begunAt,

            Instant endedAt) {}

    @GetMapping("/chain")
    @Operation(
            summary = "Check the whole audit log's chain of hashes, and say its head",
            description =
                    "Takes time in proportion to the log's length. There is one check at a time: who asks while one is"
                            + " under way gets its answer. id and head: an entry's number and hash that were noted"
                            + " before.")
    ChainAnswer chain(
            @RequestParam(required = false) @Nullable Long id, @RequestParam(required = false) @Nullable String head) {
        if ((id == null) != (head == null)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "id and head go together.");
        }
        ChainInspection.Finding finding = inspection.order().await();
        ChainCheck check = finding.check();
        String noted =
                id == null || head == null ? null : log.noted(id, head).name().toLowerCase(Locale.ROOT);
        return new ChainAnswer(
                check.intact(),
                check.brokenAt(),
                check.headId(),
                check.headHash(),
                noted,
                finding.begunAt(),
                finding.endedAt());
    }
}
