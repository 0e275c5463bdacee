package dev.waxwing.server.web;

import dev.waxwing.ca.audit.Reference;
import dev.waxwing.ca.web.Outage;
import dev.waxwing.ca.web.RefusalJournal;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.server.account.Role;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.security.Principal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/** The last word on whatever no page and no program's endpoint answered: a page for people, a problem document for programs. */
@Controller
class ErrorPages implements ErrorController {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorPages.class);

    private static final String DENIAL = ErrorPages.class.getName() + ".denial";

    private final RefusalJournal journal;

    ErrorPages(RefusalJournal journal) {
        this.journal = journal;
    }

    private record Words(String title, String detail) {}

    /** Why a page was not given, for the page that says so. */
    static void denied(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denial)
            throws IOException {
        if (!response.isCommitted()) {
            request.setAttribute(DENIAL, denial);
            response.sendError(HttpStatus.FORBIDDEN.value());
        }
    }

    @RequestMapping("/error")
    Object error(HttpServletRequest request, HttpServletResponse response) {
        keepSafe(response);
        HttpStatus status = status(request);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(Outage.RETRY_AFTER.toSeconds()));
        }
        String path = String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
        Words words = words(status, request);
        String reference = reference(request, status, path);
        if (isForPrograms(path)) {
            ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, words.detail());
            problem.setTitle(words.title());
            problem.setInstance(URI.create(path));
            problem.setProperty("reference", reference);
            return ResponseEntity.status(status)
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(problem);
        }
        ModelAndView page = new ModelAndView("error");
        page.setStatus(status);
        page.addObject("title", words.title());
        page.addObject("detail", words.detail());
        page.addObject("reference", status == HttpStatus.NOT_FOUND ? null : reference);
        return page;
    }

    /** A request that was refused for its form has not come as far as where the headers are set. */
    private static void keepSafe(HttpServletResponse response) {
        if (!response.containsHeader("X-Content-Type-Options")) {
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setHeader("X-Frame-Options", "DENY");
            response.setHeader("Referrer-Policy", "no-referrer");
            response.setHeader("Content-Security-Policy", SecurityConfiguration.PAGE_POLICY);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
    }

    private String reference(HttpServletRequest request, HttpStatus status, String path) {
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            String reference = Reference.fresh(); // The audit log is out of reach as well.
            LOG.error("{} {}: no database, reference {}", request.getMethod(), path, reference, failure(request));
            return reference;
        }
        Principal person = request.getUserPrincipal();
        String reference = journal.refused(
                person == null ? "anonymous" : person.getName(),
                request.getRemoteAddr(),
                request.getMethod() + " " + withoutSecret(path.length() > 180 ? path.substring(0, 180) : path),
                status.value() + " " + status.getReasonPhrase()
                        + (isOfOldForm(request) ? ": the form is out of date" : ""));
        Throwable failure = failure(request);
        if (status.is5xxServerError() && failure != null) {
            LOG.error("Request failed, reference {}", reference, failure);
        }
        return reference;
    }

    private static @Nullable Throwable failure(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown ? thrown : null;
    }

    /** A set-up link may still work: nobody who reads the audit log shall be able to use it. */
    private static String withoutSecret(String path) {
        return path.startsWith("/setup/") ? "/setup/..." : path;
    }

    private static boolean isForPrograms(String path) {
        return path.startsWith("/api/")
                || path.startsWith("/pki/")
                || path.startsWith("/actuator/")
                || path.startsWith("/v3/api-docs");
    }

    private static HttpStatus status(HttpServletRequest request) {
        if (Outage.is(failure(request))) {
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : null;
        return status == null ? HttpStatus.NOT_FOUND : status;
    }

    private static Words words(HttpStatus status, HttpServletRequest request) {
        return switch (status) {
            case NOT_FOUND -> new Words("There is nothing here", "The address is wrong, or what it named is gone.");
            case FORBIDDEN ->
                isOfOldForm(request)
                        ? new Words(
                                "The form is out of date",
                                "Nothing was done: the form was opened before you last logged in, or left open for too"
                                        + " long. Go back, load the page again and repeat it.")
                        : new Words("Your role does not allow this", whoMay(request));
            case METHOD_NOT_ALLOWED ->
                new Words("That does not work this way", "The address exists for another method.");
            case BAD_REQUEST -> new Words("That request is not complete", "Something in it is missing or malformed.");
            case SERVICE_UNAVAILABLE -> new Words("The database does not answer", Outage.DETAIL);
            case CONTENT_TOO_LARGE -> new Words("That is too large", "The server takes no request of this size here.");
            default ->
                status.is5xxServerError()
                        ? new Words("Something went wrong", "The server could not finish this. Its log says why.")
                        : new Words("That did not work", status.getReasonPhrase() + ".");
        };
    }

    private static boolean isOfOldForm(HttpServletRequest request) {
        return request.getAttribute(DENIAL) instanceof CsrfException;
    }

    /** What the rules of a page do not say, such as whose certificate it is about, is for administrators. */
    private static String whoMay(HttpServletRequest request) {
        Set<String> wanted = request.getAttribute(DENIAL) instanceof AuthorizationDeniedException denial
                        && denial.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision
                ? AuthorityUtils.authorityListToSet(decision.getAuthorities())
                : Set.of(Permission.ADMINISTER.name());
        String roles = Arrays.stream(Role.values())
                .filter(role ->
                        role.permissions().stream().map(Permission::name).anyMatch(wanted::contains))
                .map(Role::label)
                .sorted(Comparator.reverseOrder())
                .collect(Collectors.joining(" or "));
        String own = request.getUserPrincipal() instanceof Authentication login
                        && login.getPrincipal() instanceof Caller caller
                ? ", and yours is " + Abilities.of(caller).role()
                : "";
        return "It takes the role " + roles + own
                + ". Ask an administrator for another, or somebody who has it to do this.";
    }
}
