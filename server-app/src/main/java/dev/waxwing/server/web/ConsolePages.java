package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Gives every page the person who looks at it and what that person may do. */
@ControllerAdvice(annotations = Controller.class)
class ConsolePages {

    @ModelAttribute("caller")
    @Nullable
    Caller caller(@AuthenticationPrincipal @Nullable Object principal) {
        return principal instanceof Caller caller ? caller : null;
    }

    @ModelAttribute("may")
    Abilities may(@AuthenticationPrincipal @Nullable Object principal) {
        return principal instanceof Caller caller ? Abilities.of(caller) : Abilities.NONE;
    }
}
