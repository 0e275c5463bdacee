package dev.waxwing.server.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.csrf.HttpSessionCsrfTokenRepository;

/**
 * Keeps the tokens of forms: in the session of whoever has one, and in a cookie for who has none. A session for everybody who looks
 * at the login page would be memory that strangers fill.
 *
 * <p>Another site below the same domain can put a cookie of its choice there, and with it log somebody in as whom it likes. So a
 * stranger's form counts only if his browser does not say that it comes from such a site.
 */
final class FormTokens implements CsrfTokenRepository {

    /** By a page of this console, or by the person, who for instance sends a form again. */
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private final CsrfTokenRepository people = new HttpSessionCsrfTokenRepository();
    private final CsrfTokenRepository strangers = cookies();

    private static CsrfTokenRepository cookies() {
        CookieCsrfTokenRepository cookies = new CookieCsrfTokenRepository();
        cookies.setCookieName("waxwing-form");
        cookies.setCookiePath("/");
        cookies.setCookieCustomizer(cookie -> cookie.sameSite("Strict"));
        return cookies;
    }

    private CsrfTokenRepository of(HttpServletRequest request) {
        return request.getSession(false) == null ? strangers : people;
    }

    @Override
    public CsrfToken generateToken(HttpServletRequest request) {
        return of(request).generateToken(request);
    }

    @Override
    public void saveToken(@Nullable CsrfToken token, HttpServletRequest request, HttpServletResponse response) {
        of(request).saveToken(token, request, response);
    }

    @Override
    public @Nullable CsrfToken loadToken(HttpServletRequest request) {
        CsrfTokenRepository tokens = of(request);
        return tokens == strangers && isFormOfAnotherSite(request) ? null : tokens.loadToken(request);
    }

    private static boolean isFormOfAnotherSite(HttpServletRequest request) {
        String from = request.getHeader("Sec-Fetch-Site");
        return request.getMethod().equals("POST") && from != null && !OWN.contains(from);
    }
}
