package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.InviteBatch;
import dev.waxwing.ca.enrollment.InviteBatchResult;
import dev.waxwing.ca.enrollment.InviteEntry;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.InviteState;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.web.Page;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

        static NewInvite of(InviteResult.Created created) {
            return new NewInvite(
                    created.invite().name().toString(), created.invite().encode(), created.expiresAt());
        }

        @Override
        public String toString() {
            return "NewInvite[" + device + "]";
        }
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(required = false) @Nullable String replace,
            @RequestParam(required = false) @Nullable String several,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        InviteState only = InviteState.parse(state).orElse(null);
        Page<InviteEntry> found = Page.of(
                invites.list(only, query, wanted.page(), wanted.size()),
                wanted.page(),
                wanted.size(),
                () -> invites.count(only, query));
        String shownState = only == null ? "" : state;
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/invites", Map.of("state", shownState, "query", query)));
        model.addAttribute("state", shownState);
        model.addAttribute("states", InviteState.values());
        model.addAttribute("query", query);
        model.addAttribute("profiles", profiles.ofDevices());
        if (!model.containsAttribute("names")) {
            model.addAttribute("names", name);
            model.addAttribute("replace", replace != null);
            model.addAttribute("several", several != null);
        }
        return "ca/invites";
    }

    /** @param name one name, or several with white space or commas between them */
    @PostMapping
    String create(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable String profile,
            @RequestParam(required = false) @Nullable Duration expiresIn,
            @RequestParam(required = false) @Nullable String replace,
            @RequestParam(required = false) @Nullable String several,
            Principal caller,
            RedirectAttributes next) {
        if (several != null) {
            List<String> names = Arrays.stream(name.split("[\\s,]+"))
                    .filter(one -> !one.isEmpty())
                    .toList();
            createAll(new InviteBatch(names, profile, expiresIn, replace != null), caller, next);
            return "redirect:/invites";
        }
        InviteOrder order = new InviteOrder(name.strip(), profile, expiresIn, replace != null);
        switch (invites.create(order, caller.getName())) {
            case InviteResult.Created created -> next.addFlashAttribute("invite", NewInvite.of(created));
            case InviteResult.NameTaken(String detail, String reference) ->
                refused(next, order.name(), order.replace(), false, detail, reference);
            case InviteResult.Invalid(String detail, String reference) ->
                refused(next, order.name(), order.replace(), false, detail, reference);
        }
        return "redirect:/invites";
    }

    private void createAll(InviteBatch batch, Principal caller, RedirectAttributes next) {
        switch (invites.createAll(batch, caller.getName())) {
            case InviteBatchResult.Created(List<InviteResult.Created> created) -> {
                List<NewInvite> made = created.stream().map(NewInvite::of).toList();
                next.addFlashAttribute("invites", made);
                next.addFlashAttribute("file", file(made));
            }
            case InviteBatchResult.Refused(boolean _, String detail, String reference) ->
                refused(next, String.join("\n", batch.names()), batch.replace(), true, detail, reference);
        }
    }

    /** A line for each, for a link that holds it. */
    private static String file(List<NewInvite> made) {
        String lines = made.stream()
                .map(one -> one.device() + " " + one.invite() + "\n")
                .collect(Collectors.joining());
        return Base64.getEncoder().encodeToString(lines.getBytes(StandardCharsets.US_ASCII));
    }

    private static void refused(
            RedirectAttributes next, String names, boolean replace, boolean several, String detail, String reference) {
        next.addFlashAttribute("failure", detail.replace("ask for \"replace\": true", "tick “Replace”"));
        next.addFlashAttribute("reference", reference);
        next.addFlashAttribute("names", names);
        next.addFlashAttribute("replace", replace);
        next.addFlashAttribute("several", several);
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
