package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.InviteEntry;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.InviteState;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.web.Page;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

@Controller
@RequestMapping("/invites")
class InvitePages {

    private final Invites invites;
    private final Profiles profiles;

    InvitePages(Invites invites, Profiles profiles) {
        this.invites = invites;
        this.profiles = profiles;
    }

    /** An invite just made, on its way to the one page that shows it. */
    record NewInvite(String device, String invite, Instant expiresAt) {

        @Override
        public String toString() {
            return "NewInvite[" + device + "]";
        }
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(required = false) @Nullable String replace,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        InviteState only = InviteState.parse(state).orElse(null);
        Page<InviteEntry> found = Page.of(
                invites.list(only, wanted.page(), wanted.size()),
                wanted.page(),
                wanted.size(),
                () -> invites.count(only));
        String shownState = only == null ? "" : state;
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/invites", Map.of("state", shownState)));
        model.addAttribute("state", shownState);
        model.addAttribute("profiles", profiles.ofDevices());
        if (!model.containsAttribute("name")) {
            model.addAttribute("name", name);
            model.addAttribute("replace", replace != null);
        }
        return "ca/invites";
    }

    @PostMapping
    String create(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable String profile,
            @RequestParam(required = false) @Nullable Duration expiresIn,
            @RequestParam(required = false) @Nullable String replace,
            Principal caller,
            RedirectAttributes next) {
        InviteOrder order = new InviteOrder(name.strip(), profile, expiresIn, replace != null);
        switch (invites.create(order, caller.getName())) {
            case InviteResult.Created created ->
                next.addFlashAttribute(
                        "invite", new NewInvite(order.name(), created.invite().encode(), created.expiresAt()));
            case InviteResult.NameTaken(String detail, String reference) -> refused(next, order, detail, reference);
            case InviteResult.Invalid(String detail, String reference) -> refused(next, order, detail, reference);
        }
        return "redirect:/invites";
    }

    private static void refused(RedirectAttributes next, InviteOrder order, String detail, String reference) {
        next.addFlashAttribute("failure", detail.replace("ask for \"replace\": true", "tick “Replace”"));
        next.addFlashAttribute("reference", reference);
        next.addFlashAttribute("name", order.name());
        next.addFlashAttribute("replace", order.replace());
    }

    @PostMapping("/{id}/revocation")
    String revoke(@PathVariable String id, Principal caller, RedirectAttributes next) {
        InviteEntry invite = invites.revoke(id, caller.getName())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        if (invite.state() == InviteState.REDEEMED) {
            next.addFlashAttribute(
                    "failure",
                    "The invite was used before. Revoke the certificate of %s instead.".formatted(invite.name()));
        } else {
            next.addFlashAttribute("done", "The invite for %s can no longer be used.".formatted(invite.name()));
        }
        return "redirect:/invites";
    }
}
