package dev.waxwing.server.web;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.revocation.RevocationFacts;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.web.AuthorityOverview;
import java.security.Principal;
import java.time.Clock;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The authority itself: the root, and the issuing authorities in their succession, with what is done to them. */
@Controller
@RequestMapping("/authority")
class AuthorityPages {

    private final AuthorityOverview overview;
    private final CertificateAuthority authority;
    private final RevocationLists lists;
    private final Profiles profiles;
    private final Ceremonies ceremonies;
    private final Clock clock;

    AuthorityPages(
            AuthorityOverview overview,
            CertificateAuthority authority,
            RevocationLists lists,
            Profiles profiles,
            Ceremonies ceremonies,
            Clock clock) {
        this.overview = overview;
        this.authority = authority;
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
        model.addAttribute("reasons", Ceremonies.reasonsForAuthorities());
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

    @PostMapping("/issuing/{id}/certificate/revocation")
    String revoke(
            @PathVariable String id,
            @RequestParam String reason,
            @RequestParam(defaultValue = "") String confirm,
            Principal caller,
            RedirectAttributes next) {
        AuthorityId issuer = AuthorityId.parse(id)
                .filter(known -> authority.issuer(known).isPresent())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        RevocationReason known = RevocationPages.reason(reason);
        if (!confirm.strip().equals(id)) {
            next.addFlashAttribute("failure", "The name typed was not " + id + ". Nothing was revoked.");
            return "redirect:/authority";
        }
        switch (ceremonies.revokeIssuing(issuer, known, caller.getName())) {
            case CeremonyResult.Done<Sweep>(Sweep sweep) -> revoked(sweep, next);
            case CeremonyResult.Refused<Sweep>(String detail, String reference) -> {
                next.addFlashAttribute("failure", detail);
                next.addFlashAttribute("reference", reference);
            }
        }
        return "redirect:/authority";
    }

    private static void revoked(Sweep sweep, RedirectAttributes next) {
        String what = "Issuing authority " + sweep.issuer() + " is revoked.";
        switch (sweep.state()) {
            case DONE ->
                next.addFlashAttribute(
                        "done", what + " So is all that it had issued; the devices with it need a new invite.");
            case RUNNING ->
                next.addFlashAttribute(
                        "done", what + " All that it had issued is being revoked. How far that is, is said here.");
            case FAILED ->
                next.addFlashAttribute(
                        "failure",
                        what + " Not all that it had issued could be revoked. Revoke everything of it again to go on.");
        }
    }
}
