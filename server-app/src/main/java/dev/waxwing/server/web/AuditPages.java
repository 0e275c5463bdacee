package dev.waxwing.server.web;

import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.AuditSearch;
import dev.waxwing.server.audit.ChainInspection;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The audit log: looked through, taken away, and checked as a whole. */
@Controller
@RequestMapping("/audit")
class AuditPages {

    private final AuditLog log;
    private final AuditLinks links;
    private final AuditExport export;
    private final ChainInspection inspection;

    AuditPages(AuditLog log, AuditLinks links, AuditExport export, ChainInspection inspection) {
        this.log = log;
        this.links = links;
        this.export = export;
        this.inspection = inspection;
    }

    @GetMapping
    String search(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate from,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate until,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        AuditSearch search = search(query, outcome, from, until);
        Page<AuditEntry> found = log.page(search, wanted.page(), wanted.size());
        Map<String, @Nullable Object> filters = new LinkedHashMap<>();
        filters.put("query", query);
        filters.put("outcome", search.outcome() == null ? "" : outcome);
        filters.put("from", from);
        filters.put("until", until);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/audit", filters));
        model.addAttribute("links", links.of(found.items()));
        model.addAttribute("filtered", !search.equals(AuditSearch.of("")));
        model.addAttribute("query", query);
        model.addAttribute("outcome", filters.get("outcome"));
        model.addAttribute("from", from);
        model.addAttribute("until", until);
        return "audit";
    }

    /** All that the page's filters find, not only what one page shows. */
    @GetMapping("/export")
    void export(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate from,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate until,
            @RequestParam(defaultValue = "csv") String format,
            Principal caller,
            HttpServletResponse response)
            throws IOException {
        export.send(search(query, outcome, from, until), AuditEndpoints.format(format), caller.getName(), response);
    }

    private static AuditSearch search(
            String query, String outcome, @Nullable LocalDate from, @Nullable LocalDate until) {
        Instant begin = from == null ? null : from.atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant end = until == null ? null : until.atTime(LocalTime.MAX).toInstant(ZoneOffset.UTC);
        return new AuditSearch(query, outcome(outcome), begin, end);
    }

    private static @Nullable Outcome outcome(String word) {
        return switch (word) {
            case "success" -> Outcome.SUCCESS;
            case "refused" -> Outcome.REFUSED;
            default -> null;
        };
    }

    /** @param id of an entry whose hash was noted before, to be compared */
    @GetMapping("/chain")
    String chain(
            @RequestParam(required = false) @Nullable Long id,
            @RequestParam(defaultValue = "") String head,
            HttpServletResponse response,
            Model model) {
        ChainInspection.Run run = inspection.latest().orElse(null);
        model.addAttribute("run", run);
        model.addAttribute("finding", run == null ? null : run.finding().orElse(null));
        model.addAttribute("id", id);
        model.addAttribute("head", head);
        if (id != null && !head.isBlank()) {
            model.addAttribute("noted", log.noted(id, head));
        }
        if (run != null && run.finding().isEmpty() && !run.hasFailed()) {
            response.setHeader("Refresh", "1");
        }
        return "audit-chain";
    }

    @PostMapping("/chain")
    String check() {
        inspection.order();
        return "redirect:/audit/chain";
    }
}
