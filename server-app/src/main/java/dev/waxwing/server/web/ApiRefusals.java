package dev.waxwing.server.web;

import dev.waxwing.ca.web.RefusalJournal;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.wire.Quantity;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Answers programs that are not let in: a problem document (RFC 9457), never a redirect. */
@Component
class ApiRefusals implements AuthenticationEntryPoint, AccessDeniedHandler {

    private final RefusalJournal journal;
    private final JsonMapper json;

    ApiRefusals(RefusalJournal journal, JsonMapper json) {
        this.journal = journal;
        this.json = json;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException {
        switch (refused) {
            case LoginThrottledException throttled -> {
                response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(throttled.seconds()));
                String reference = journal.refused(
                        "anonymous", request.getRemoteAddr(), subject(request), "too many failed logins before");
                write(
                        request,
                        response,
                        HttpStatus.TOO_MANY_REQUESTS,
                        "Too many failed logins",
                        "Try again in %s.".formatted(Quantity.of(throttled.seconds(), "second")),
                        reference);
            }
            case LoginRefusedException bad -> {
                challenge(request, response);
                write(
                        request,
                        response,
                        HttpStatus.UNAUTHORIZED,
                        "Credentials not accepted",
                        "The API token, or the user name and password, are not valid.",
                        bad.reference());
            }
            case AuthenticationException _ -> {
                challenge(request, response);
                String reference =
                        journal.refused("anonymous", request.getRemoteAddr(), subject(request), "no credentials");
                write(
                        request,
                        response,
                        HttpStatus.UNAUTHORIZED,
                        "Login needed",
                        "Send an API token (Authorization: Bearer) or a console user's name and password"
                                + " (HTTP Basic).",
                        reference);
            }
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        Principal caller = request.getUserPrincipal();
        String actor = caller == null ? "anonymous" : caller.getName();
        String reference =
                journal.refused(actor, request.getRemoteAddr(), subject(request), "the role does not allow it");
        write(request, response, HttpStatus.FORBIDDEN, "Not allowed", whatToDo(request), reference);
    }

    private static String whatToDo(HttpServletRequest request) {
        Caller caller = request.getUserPrincipal() instanceof Authentication authentication
                        && authentication.getPrincipal() instanceof Caller known
                ? known
                : null;
        if (caller != null && caller.mustChangePassword()) {
            return "This password was set by an administrator. Log in to the console with it and choose your own"
                    + " first.";
        }
        if (caller != null && caller.token() != null && !caller.may(Permission.CREDENTIALS)) {
            return "The scope of this API token, or the role of its owner, does not allow this. Use one with a wider"
                    + " scope; tokens and users are managed only with one that was made with \"credentials\": true.";
        }
        return "Your role does not allow this. Ask an administrator for another, or to do it.";
    }

    /**
     * Browsers are not asked for Basic credentials: they would keep them and send them along with requests that other
     * sites cause.
     */
    private static void challenge(HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"Waxwing\"");
        if (request.getHeader("Sec-Fetch-Site") == null) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Waxwing\", charset=\"UTF-8\"");
        }
    }

    private static String subject(HttpServletRequest request) {
        String subject = request.getMethod() + " " + request.getRequestURI();
        return subject.length() > 200 ? subject.substring(0, 200) : subject;
    }

    private void write(
            HttpServletRequest request,
            HttpServletResponse response,
            HttpStatus status,
            String title,
            String detail,
            String reference)
            throws IOException {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setTitle(title);
        problem.setInstance(URI.create(request.getRequestURI()));
        problem.setProperty("reference", reference);
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        json.writeValue(response.getOutputStream(), problem);
    }
}
