package dev.waxwing.server.web;

import dev.waxwing.server.session.Sessions;
import java.security.Principal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/sessions")
class SessionPages {

    private final Sessions sessions;

    SessionPages(Sessions sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    String list(Model model) {
        model.addAttribute("live", true);
        model.addAttribute("sessions", sessions.live());
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
