package dev.waxwing.server.web;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.PublicAddresses;
import dev.waxwing.ca.issuance.PkiProperties;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.web.RefusalJournal;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.ApiToken;
import dev.waxwing.server.account.ApiTokens;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Login;
import dev.waxwing.server.account.Logins;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.account.User;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
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
@RequestMapping("/settings")
class SettingsPages {

    private final Accounts accounts;
    private final Logins logins;
    private final ApiTokens tokens;
    private final CertificateAuthority authority;
    private final RevocationLists lists;
    private final PkiProperties pki;
    private final PublicAddresses addresses;
    private final ConsoleAddress console;
    private final ConsoleSessions sessions;
    private final RefusalJournal journal;
    private final HttpServletRequest request; // Stands for the one that the thread serves.

    SettingsPages(
            Accounts accounts,
            Logins logins,
            ApiTokens tokens,
            CertificateAuthority authority,
            RevocationLists lists,
            PkiProperties pki,
            PublicAddresses addresses,
            ConsoleAddress console,
            ConsoleSessions sessions,
            RefusalJournal journal,
            HttpServletRequest request) {
        this.accounts = accounts;
        this.logins = logins;
        this.tokens = tokens;
        this.authority = authority;
        this.lists = lists;
        this.pki = pki;
        this.addresses = addresses;
        this.console = console;
        this.sessions = sessions;
        this.journal = journal;
        this.request = request;
    }

    /** A token just made, on its way to the one page that shows it. */
    record NewToken(String label, String secret) {

        @Override
        public String toString() {
            return "NewToken[" + label + "]";
        }
    }

    @GetMapping
    String settings(@AuthenticationPrincipal Caller caller, Model model) {
        Abilities may = Abilities.of(caller);
        model.addAttribute("tokens", tokens.visibleTo(caller));
        model.addAttribute(
                "scopes", Arrays.stream(Role.values()).filter(caller::covers).toList());
        model.addAttribute("users", may.administer() ? accounts.all() : List.of());
        model.addAttribute("roles", Role.values());
        model.addAttribute(
                "rootName",
                authority.rootCertificate().getSubjectX500Principal().getName());
        model.addAttribute("rootPin", HexFormat.of().formatHex(authority.rootSpkiSha256()));
        model.addAttribute(
                "issuingName",
                authority.issuingCertificate().getSubjectX500Principal().getName());
        model.addAttribute("authority", authority.facts());
        model.addAttribute("revocation", lists.facts());
        model.addAttribute("publicUrl", pki.publicUrl());
        model.addAttribute("console", console.url());
        model.addAttribute("listener", listener());
        return "settings";
    }

    private List<ServerAddress> listener() {
        try {
            return addresses.addresses();
        } catch (IllegalStateException _) {
            return List.of();
        }
    }

    @PostMapping("/password")
    String changePassword(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String current,
            @RequestParam String password,
            @RequestParam String again,
            @RequestParam(required = false) @Nullable String tokens,
            HttpServletResponse response,
            RedirectAttributes next) {
        AccountChange change;
        if (!password.equals(again)) {
            change = new AccountChange.Refused("The two new passwords are not the same.");
        } else {
            change = switch (logins.confirm(caller, current, request.getRemoteAddr())) {
                case Login.Accepted _ -> accounts.changeOwnPassword(caller, password, tokens != null);
                case Login.Refused _ -> new AccountChange.Refused("The current password is not right.");
                case Login.MustWait(Duration time) ->
                    new AccountChange.Refused("Too many attempts. Try again in %s."
                            .formatted(LoginController.inWords(Math.max(1, time.toSeconds()))));
            };
        }
        if (change instanceof AccountChange.Made(var user)) {
            sessions.open(logins.renewed(user), request, response);
        }
        return said(
                change,
                "Your password is changed. Your other sessions have ended" + andTokens(tokens != null),
                next,
                "account");
    }

    /** Signs oneself out everywhere, here included. */
    @PostMapping("/sign-out")
    String signOut(@AuthenticationPrincipal Caller caller, @RequestParam(required = false) @Nullable String tokens) {
        accounts.signOut(caller.name(), caller.userId(), tokens != null);
        request.getSession().invalidate();
        return "redirect:/login?ended";
    }

    private static String andTokens(boolean ended) {
        return ended ? ", and your API tokens." : ". Your API tokens go on.";
    }

    @PostMapping("/tokens")
    String createToken(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String label,
            @RequestParam String role,
            @RequestParam int days,
            @RequestParam(required = false) @Nullable String credentials,
            RedirectAttributes next) {
        switch (tokens.create(caller, label, role(role), credentials != null, Duration.ofDays(days))) {
            case ApiTokens.Creation.Created(ApiToken token, String secret) ->
                next.addFlashAttribute("token", new NewToken(token.label(), secret));
            case ApiTokens.Creation.Refused(String why) -> refused(why, next);
        }
        return "redirect:/settings#tokens";
    }

    @PostMapping("/tokens/{id}/revocation")
    String revokeToken(@AuthenticationPrincipal Caller caller, @PathVariable long id, RedirectAttributes next) {
        if (!tokens.revoke(caller, id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        next.addFlashAttribute("done", "The token no longer works.");
        return "redirect:/settings#tokens";
    }

    @PostMapping("/users")
    String createUser(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String name,
            @RequestParam String role,
            @RequestParam String password,
            RedirectAttributes next) {
        AccountChange change = accounts.createWithTemporaryPassword(caller.name(), name, role(role), password);
        return said(
                change,
                "The user was created. Tell the person name and password on a safe way: within %d days, they are exchanged for a password of the person's own at the first login."
                        .formatted(Accounts.TEMPORARY.toDays()),
                next,
                "users");
    }

    @PostMapping("/users/{id}/role")
    String changeRole(
            @AuthenticationPrincipal Caller caller,
            @PathVariable long id,
            @RequestParam String role,
            RedirectAttributes next) {
        AccountChange change = accounts.changeRole(caller.name(), id, role(role));
        return said(change, "The role is changed. The user has to log in again.", next, "users");
    }

    @PostMapping("/users/{id}/disabled")
    String changeDisabled(
            @AuthenticationPrincipal Caller caller,
            @PathVariable long id,
            @RequestParam boolean disabled,
            RedirectAttributes next) {
        AccountChange change = accounts.changeDisabled(caller.name(), id, disabled);
        return said(
                change,
                disabled ? "The user is shut out. The user's API tokens have ended." : "The user may log in again.",
                next,
                "users");
    }

    @PostMapping("/users/{id}/password")
    String resetPassword(
            @AuthenticationPrincipal Caller caller,
            @PathVariable long id,
            @RequestParam String password,
            RedirectAttributes next) {
        AccountChange change = accounts.resetPassword(caller.name(), id, password);
        return said(
                change,
                "The password is changed, and has to be changed again at the next login. The user's sessions and API"
                        + " tokens have ended.",
                next,
                "users");
    }

    @PostMapping("/users/{id}/sign-out")
    String signOut(
            @AuthenticationPrincipal Caller caller,
            @PathVariable long id,
            @RequestParam(required = false) @Nullable String tokens,
            RedirectAttributes next) {
        AccountChange change = accounts.signOut(caller.name(), id, tokens != null);
        return said(change, "The user has to log in again everywhere.", next, "users");
    }

    /** Removes a user; the name is typed once more, because there is no way back. */
    @PostMapping("/users/{id}/removal")
    String remove(
            @AuthenticationPrincipal Caller caller,
            @PathVariable long id,
            @RequestParam String confirm,
            RedirectAttributes next) {
        User user = accounts.find(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        if (!confirm.strip().equals(user.name())) {
            next.addFlashAttribute("failure", "The name typed was not %s. Nothing was changed.".formatted(user.name()));
            return "redirect:/settings#users";
        }
        AccountChange change = accounts.remove(caller.name(), id);
        return said(change, "The user is removed, with sessions and API tokens.", next, "users");
    }

    private String said(AccountChange change, String done, RedirectAttributes next, String section) {
        switch (change) {
            case AccountChange.Made _ -> next.addFlashAttribute("done", done);
            case AccountChange.Refused(String why, boolean _) -> refused(why, next);
        }
        return "redirect:/settings#" + section;
    }

    /** Shows why, and the reference under which the audit log has it. */
    private void refused(String why, RedirectAttributes next) {
        next.addFlashAttribute("failure", why);
        next.addFlashAttribute(
                "reference",
                journal.refused(
                        String.valueOf(request.getRemoteUser()),
                        request.getRemoteAddr(),
                        request.getMethod() + " " + request.getRequestURI(),
                        why));
    }

    private static Role role(String name) {
        return Role.named(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
    }
}
