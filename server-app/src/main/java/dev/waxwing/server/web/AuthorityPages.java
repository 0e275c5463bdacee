package dev.waxwing.server.web;

import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.revocation.RevocationFacts;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.web.AuthorityOverview;
import java.security.Principal;
import java.time.Clock;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The authority itself: the root, and the issuing authorities in their succession. */
@Controller
@RequestMapping("/authority")
class AuthorityPages {

    private final AuthorityOverview overview;
    private final RevocationLists lists;
    private final Profiles profiles;
    private final Ceremonies ceremonies;
    private final Clock clock;

    AuthorityPages(
            AuthorityOverview overview, RevocationLists lists, Profiles profiles, Ceremonies ceremonies, Clock clock) {
        this.overview = overview;
        this.lists = lists;
        this.profiles = profiles;
        this.ceremonies = ceremonies;
        this.clock = clock;
    }

    @GetMapping
    String show(Model model) {
        RevocationFacts facts = lists.facts();
        model.addAttribute("authority", overview.view());
        model.addAttribute("profiles", profiles.all());
        model.addAttribute("rootListDue", facts.rootListDue(clock.instant()));
        return "ca/authority";
    }

    @PostMapping("/rotation")
    String rotate(Principal caller, RedirectAttributes next) {
        switch (ceremonies.rotateIssuing(caller.getName())) {
            case CeremonyResult.Done<IssuingAuthority>(IssuingAuthority current) ->
                next.addFlashAttribute(
                        "done",
                        "New certificates come from " + current.id()
                                + " now. Those of the former authority go on working.");
            case CeremonyResult.Refused<IssuingAuthority>(String detail, String reference) -> {
                next.addFlashAttribute("failure", detail);
                next.addFlashAttribute("reference", reference);
            }
        }
        return "redirect:/authority";
    }
}
