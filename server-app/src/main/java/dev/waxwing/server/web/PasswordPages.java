package dev.waxwing.server.web;

import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Logins;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Where a temporary password is exchanged for one that only its owner knows. */
@Controller
@RequestMapping("/password")
class PasswordPages {

    private final Accounts accounts;
    private final Logins logins;
    private final ConsoleSessions sessions;

    PasswordPages(Accounts accounts, Logins logins, ConsoleSessions sessions) {
        this.accounts = accounts;
        this.logins = logins;
        this.sessions = sessions;
    }

    @GetMapping
    String form(@AuthenticationPrincipal Caller caller) {
        return caller.mustChangePassword() ? "password" : "redirect:/settings#account";
    }

    @PostMapping
    String choose(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String password,
            @RequestParam String again,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        if (!caller.mustChangePassword()) {
            return "redirect:/settings#account";
        }
        AccountChange change = password.equals(again)
                ? accounts.changeOwnPassword(caller, password, true)
                : new AccountChange.Refused("The two passwords are not the same.");
        return switch (change) {
            case AccountChange.Made(var user) -> {
                sessions.open(logins.renewed(user), request, response);
                yield "redirect:/";
            }
            case AccountChange.Refused refused -> {
                response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
                model.addAttribute("failure", refused.why());
                yield "password";
            }
        };
    }
}
