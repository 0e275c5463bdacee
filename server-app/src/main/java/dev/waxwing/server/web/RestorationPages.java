package dev.waxwing.server.web;

import dev.waxwing.server.backup.Restorations;
import java.security.Principal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Takes the word that what a restore undid was done again. */
@Controller
@RequestMapping("/restorations")
class RestorationPages {

    private final Restorations restorations;

    RestorationPages(Restorations restorations) {
        this.restorations = restorations;
    }

    @PostMapping("/{id}/confirmation")
    String confirm(@PathVariable long id, Principal caller, RedirectAttributes next) {
        restorations.confirm(id, caller.getName()).orElseThrow(() -> Missing.named("restoration", String.valueOf(id)));
        next.addFlashAttribute("done", "It is noted that all that the restore undid was done again.");
        return "redirect:/certificates";
    }
}
