package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.session.Session;
import dev.waxwing.server.session.Sessions;
import java.security.Principal;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/sessions")
class SessionPages {

    private final Sessions sessions;

    SessionPages(Sessions sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    String list(@RequestParam(defaultValue = "0") int page, Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        Page<Session> found = sessions.page(wanted.page(), wanted.size());
        model.addAttribute("live", true);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/sessions", Map.of()));
        return "sessions";
    }

    @PostMapping("/{id}/ratchet")
    String ratchet(@PathVariable String id, Principal caller, RedirectAttributes next) throws InterruptedException {
        next.addFlashAttribute(
                "done",
                sessions.rekey(id, caller.getName())
                        .map(session -> "The keys of the session of " + session.device() + " were renewed.")
                        .orElse("That session was over before its keys could be renewed."));
        return "redirect:/sessions";
    }

    @PostMapping("/{id}/end")
    String end(@PathVariable String id, Principal caller, RedirectAttributes next) {
        if (sessions.end(id, caller.getName())) {
            next.addFlashAttribute("done", "The session was ended. The device may connect again.");
        } else {
            next.addFlashAttribute("done", "That session was over already.");
        }
        return "redirect:/sessions";
    }
}
