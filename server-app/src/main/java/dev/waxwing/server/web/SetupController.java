package dev.waxwing.server.web;

import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Logins;
import dev.waxwing.server.account.SetupLinks;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The set-up link: whoever has it chooses an administrator's name and password. Looking at the form does not use it up. */
@Controller
class SetupController {

    private final Accounts accounts;
    private final SetupLinks links;
    private final Logins logins;
    private final FirstRun firstRun;
    private final ConsoleSessions sessions;

    SetupController(Accounts accounts, SetupLinks links, Logins logins, FirstRun firstRun, ConsoleSessions sessions) {
        this.accounts = accounts;
        this.links = links;
        this.logins = logins;
        this.firstRun = firstRun;
        this.sessions = sessions;
    }

    @GetMapping("/setup/{token}")
    String form(@PathVariable String token, HttpServletRequest request, HttpServletResponse response, Model model) {
        Optional<String> noWay = obstacle(token, request, response, model);
        if (noWay.isPresent()) {
            return noWay.get();
        }
        model.addAttribute("token", token);
        model.addAttribute("name", "admin");
        return "setup";
    }

    @PostMapping("/setup/{token}")
    String use(
            @PathVariable String token,
            @RequestParam String name,
            @RequestParam String password,
            @RequestParam String again,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<String> noWay = obstacle(token, request, response, model);
        if (noWay.isPresent()) {
            return noWay.get();
        }
        AccountChange change = password.equals(again)
                ? accounts.useSetupLink(token, name, password)
                : new AccountChange.Refused("The two passwords are not the same.");
        return switch (change) {
            case AccountChange.Made made -> {
                firstRun.done();
                sessions.open(logins.afterSetup(made.user(), request.getRemoteAddr()), request, response);
                yield "redirect:/";
            }
            case AccountChange.Refused refused -> {
                response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
                model.addAttribute("token", token);
                model.addAttribute("name", name);
                model.addAttribute("failure", refused.why());
                yield "setup";
            }
        };
    }

    private Optional<String> obstacle(
            String token, HttpServletRequest request, HttpServletResponse response, Model model) {
        Optional<Duration> wait = logins.setupLinkWait(request.getRemoteAddr());
        if (wait.isPresent()) {
            long seconds = Math.max(1, wait.get().toSeconds());
            response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
            response.setHeader("Retry-After", String.valueOf(seconds));
            model.addAttribute(
                    "failure", "Too many attempts. Try again in %s.".formatted(LoginController.inWords(seconds)));
            return Optional.of("setup-ended");
        }
        if (!links.isUsable(token)) {
            logins.setupLinkRefused(request.getRemoteAddr());
            response.setStatus(HttpStatus.GONE.value());
            return Optional.of("setup-ended");
        }
        return Optional.empty();
    }
}
