package dev.waxwing.server.web;

import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The login form; Spring Security takes what it posts. */
@Controller
class LoginController {

    private static final Pattern REFERENCE = Pattern.compile("[0-9a-f]{16}");
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,3}");

    private final Accounts accounts;

    LoginController(Accounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping("/login")
    String login(
            @AuthenticationPrincipal @Nullable Object caller,
            @RequestParam(required = false) @Nullable String ended,
            @RequestParam(required = false) @Nullable String refused,
            @RequestParam(required = false) @Nullable String wait,
            Model model) {
        if (caller instanceof Caller) {
            return "redirect:/";
        }
        model.addAttribute("firstRun", accounts.none());
        model.addAttribute("ended", ended != null);
        if (wait != null && SECONDS.matcher(wait).matches()) {
            model.addAttribute(
                    "failure", "Too many attempts. Try again in %s.".formatted(inWords(Long.parseLong(wait))));
        } else if (refused != null) {
            model.addAttribute("failure", "That user name and password do not go together.");
            model.addAttribute("reference", REFERENCE.matcher(refused).matches() ? refused : null);
        }
        return "login";
    }

    /** Leads back to the form, which is told why by its address: a session for each failure would be memory that strangers fill. */
    static void refuse(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        response.sendRedirect(
                switch (failure) {
                    case LoginThrottledException throttled -> "/login?wait=" + throttled.seconds();
                    case LoginRefusedException refused -> "/login?refused=" + refused.reference();
                    default -> "/login?refused";
                });
    }

    static String inWords(long seconds) {
        if (seconds < 90) {
            return seconds == 1 ? "one second" : seconds + " seconds";
        }
        return (seconds + 59) / 60 + " minutes";
    }
}
