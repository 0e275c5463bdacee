package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Leads whoever logged in with a temporary password to the one page that is open then. Such a caller may do nothing anyway. */
final class PasswordDueFilter extends OncePerRequestFilter {

    private static final Set<String> OPEN = Set.of("/password", "/logout", "/login", "/error");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null
                && authentication.getPrincipal() instanceof Caller caller
                && caller.mustChangePassword()
                && !OPEN.contains(request.getRequestURI())) {
            response.sendRedirect("/password");
            return;
        }
        chain.doFilter(request, response);
    }
}
