package dev.waxwing.server.web;

import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.web.WebAttributes;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The login form; Spring Security takes what it posts. */
@Controller
class LoginController {

    private final Accounts accounts;

    LoginController(Accounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping("/login")
    String login(
            @AuthenticationPrincipal @Nullable Object caller,
            @RequestParam(required = false) @Nullable String ended,
            HttpServletRequest request,
            Model model) {
        if (caller instanceof Caller) {
            return "redirect:/";
        }
        model.addAttribute("firstRun", accounts.none());
        model.addAttribute("ended", ended != null);
        switch (lastFailure(request.getSession(false))) {
            case LoginThrottledException throttled ->
                model.addAttribute(
                        "failure", "Too many attempts. Try again in %s.".formatted(inWords(throttled.seconds())));
            case LoginRefusedException refused -> {
                model.addAttribute("failure", "That user name and password do not go together.");
                model.addAttribute("reference", refused.reference());
            }
            case null, default -> {}
        }
        return "login";
    }

    private static @Nullable Object lastFailure(@Nullable HttpSession session) {
        if (session == null) {
            return null;
        }
        Object failure = session.getAttribute(WebAttributes.AUTHENTICATION_EXCEPTION);
        session.removeAttribute(WebAttributes.AUTHENTICATION_EXCEPTION);
        return failure;
    }

    static String inWords(long seconds) {
        if (seconds < 90) {
            return seconds == 1 ? "one second" : seconds + " seconds";
        }
        return (seconds + 59) / 60 + " minutes";
    }
}
