package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Logins;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends a console session whose user was disabled, removed or signed out, or got another role or password; in which nobody has done
 * anything for an hour; or which is older than a working day.
 */
final class CurrentAccountFilter extends OncePerRequestFilter {

    static final Duration LONGEST_SESSION = Duration.ofHours(12);
    static final Duration LONGEST_IDLE = Duration.ofHours(1);

    /** What a page fetches by itself says so in this header: an open page must not keep a session alive. */
    static final String REFRESH = "X-Waxwing-Refresh";

    private static final String USED = "waxwing.used";

    private final Logins logins;
    private final Clock clock;

    CurrentAccountFilter(Logins logins, Clock clock) {
        this.logins = logins;
        this.clock = clock;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        HttpSession session = request.getSession(false);
        if (session != null && authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            if (isOver(session) || logins.refreshed(caller).isEmpty()) {
                session.invalidate();
                SecurityContextHolder.clearContext();
            } else if (isByPerson(request)) {
                session.setAttribute(USED, clock.millis());
            }
        }
        chain.doFilter(request, response);
    }

    private boolean isOver(HttpSession session) {
        return isPast(session.getCreationTime(), LONGEST_SESSION)
                || session.getAttribute(USED) instanceof Long used && isPast(used, LONGEST_IDLE);
    }

    private boolean isPast(long sinceMillis, Duration most) {
        return Instant.ofEpochMilli(sinceMillis).plus(most).isBefore(clock.instant());
    }

    private static boolean isByPerson(HttpServletRequest request) {
        return !request.getRequestURI().equals("/live") && request.getHeader(REFRESH) == null;
    }
}
