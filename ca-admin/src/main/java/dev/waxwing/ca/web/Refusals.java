package dev.waxwing.ca.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/** Audits requests that were refused before anything else could audit them. */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    /** The permission of an administrator. */
    static final String ADMINISTER = "ADMINISTER";

    static final String NO_SUCH_CERTIFICATE =
            "There is no certificate with this serial number: lower-case hex with an even number of digits.";

    private Refusals() {}

    static String actor(@Nullable Principal principal) {
        return principal == null ? "anonymous" : principal.getName();
    }

    static String record(AuditTrail audit, HttpServletRequest request, String reason) {
        AuditEvent event = AuditEvent.refused(
                actor(request.getUserPrincipal()),
                "request.refused",
                request.getMethod() + " " + request.getRequestURI(),
                reason);
        try {
            audit.record(event);
        } catch (RuntimeException e) {
            // The refusal stands even when the trail cannot be written; the log keeps what the trail could not.
            LOG.error("Not audited: {}", event, e);
        }
        return event.reference();
    }

    /** A refusal to throw, audited before anything was done. */
    static RefusedException refused(
            AuditTrail audit, @Nullable Principal principal, HttpStatus status, String subject, String detail) {
        AuditEvent event = AuditEvent.refused(actor(principal), "request.refused", subject, detail);
        audit.record(event);
        return new RefusedException(status, status.getReasonPhrase(), detail, event.reference());
    }
}
