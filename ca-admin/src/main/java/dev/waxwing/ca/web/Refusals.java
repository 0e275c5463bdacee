package dev.waxwing.ca.web;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Audits requests that were refused before anything else could audit them. */
final class Refusals {

    /** The permission of an administrator. */
    static final String ADMINISTER = "ADMINISTER";

    static final String NO_SUCH_CERTIFICATE =
            "There is no certificate with this serial number: lower-case hex with an even number of digits.";

    private Refusals() {}

    static String actor(@Nullable Principal principal) {
        return principal == null ? "anonymous" : principal.getName();
    }

    /** Audits the refusal of a request, unless its source had its share. */
    static String record(RefusalJournal journal, HttpServletRequest request, String reason) {
        return journal.refused(
                actor(request.getUserPrincipal()),
                request.getRemoteAddr(),
                request.getMethod() + " " + request.getRequestURI(),
                reason);
    }

    /** A refusal to throw, audited before anything was done, unless its source had its share. */
    static RefusedException refused(
            RefusalJournal journal, @Nullable Principal principal, HttpStatus status, String subject, String detail) {
        return new RefusedException(
                status, status.getReasonPhrase(), detail, journal.refused(actor(principal), source(), subject, detail));
    }

    /** A refusal to throw that is in the audit trail already. */
    static RefusedException refused(HttpStatus status, String detail, String reference) {
        return new RefusedException(status, status.getReasonPhrase(), detail, reference);
    }

    private static String source() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes web
                ? web.getRequest().getRemoteAddr()
                : "unknown";
    }
}
