package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
class AuditPages {

    private final AuditLog log;

    AuditPages(AuditLog log) {
        this.log = log;
    }

    @GetMapping("/audit")
    String search(
            @RequestParam(defaultValue = "") String query, @RequestParam(defaultValue = "0") int page, Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        Page<AuditEntry> found = log.page(query, wanted.page(), wanted.size());
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/audit", Map.of("query", query)));
        model.addAttribute("query", query);
        return "audit";
    }
}
