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
 * Ends a console session whose user was disabled, got another role or password, or which is older than a working day.
 */
final class CurrentAccountFilter extends OncePerRequestFilter {

    private static final Duration LONGEST_SESSION = Duration.ofHours(12);

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
        if (session != null
                && authentication != null
                && authentication.getPrincipal() instanceof Caller caller
                && (isOld(session) || logins.refreshed(caller).isEmpty())) {
            session.invalidate();
            SecurityContextHolder.clearContext();
        }
        chain.doFilter(request, response);
    }

    private boolean isOld(HttpSession session) {
        return Instant.ofEpochMilli(session.getCreationTime())
                .plus(LONGEST_SESSION)
                .isBefore(clock.instant());
    }
}
