package dev.waxwing.server.web;

import dev.waxwing.server.account.Login;
import dev.waxwing.server.account.Logins;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes API tokens from {@code Authorization: Bearer TOKEN} (RFC 6750). */
final class BearerTokenFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final Logins logins;
    private final AuthenticationEntryPoint entryPoint;
    private final RequestAttributeSecurityContextRepository contexts = new RequestAttributeSecurityContextRepository();

    BearerTokenFilter(Logins logins, AuthenticationEntryPoint entryPoint) {
        this.logins = logins;
        this.entryPoint = entryPoint;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            chain.doFilter(request, response);
            return;
        }
        try {
            login(header.substring(SCHEME.length()).strip(), request, response);
        } catch (AuthenticationException refused) {
            entryPoint.commence(request, response, refused);
            return;
        }
        chain.doFilter(request, response);
    }

    private void login(String token, HttpServletRequest request, HttpServletResponse response) {
        switch (logins.withToken(token, request.getRemoteAddr())) {
            case Login.Accepted accepted -> {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                context.setAuthentication(
                        PasswordAuthentication.authenticated(accepted.caller(), new WebAuthenticationDetails(request)));
                SecurityContextHolder.setContext(context);
                contexts.saveContext(context, request, response);
            }
            case Login.Refused refused -> throw new LoginRefusedException(refused.reference());
            case Login.MustWait mustWait -> throw new LoginThrottledException(mustWait.time());
        }
    }
}
