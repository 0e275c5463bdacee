package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Component;

/** Opens console sessions for people who have proved who they are otherwise than at the login form. */
@Component
class ConsoleSessions {

    private final HttpSessionSecurityContextRepository contexts = new HttpSessionSecurityContextRepository();

    /** Logs a person in, or goes on as the same person after a change that ended the other sessions. The session's id changes. */
    void open(Caller caller, HttpServletRequest request, HttpServletResponse response) {
        request.getSession();
        request.changeSessionId();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(PasswordAuthentication.authenticated(caller, new WebAuthenticationDetails(request)));
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response);
    }
}
