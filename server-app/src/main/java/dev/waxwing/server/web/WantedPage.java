package dev.waxwing.server.web;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.savedrequest.SimpleSavedRequest;
import org.springframework.web.util.WebUtils;

/**
 * After the login a person gets the page asked for; streams, images and other parts of pages are no such page. The browser remembers
 * which, not the server: strangers ask for pages, too. What comes back from it is a place in this console or nothing.
 */
final class WantedPage implements RequestCache {

    private static final String COOKIE = "waxwing-wanted";
    private static final int LONGEST = 1_000;

    @Override
    public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
        String page = page(request);
        if (request.getMethod().equals("GET")
                && "document".equals(request.getHeader("Sec-Fetch-Dest"))
                && isOfConsole(page)) {
            byte[] ascii = page.getBytes(StandardCharsets.US_ASCII);
            String value = Base64.getUrlEncoder().withoutPadding().encodeToString(ascii);
            set(value, Duration.ofSeconds(-1), request, response);
        }
    }

    @Override
    public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
        return wanted(request).map(SimpleSavedRequest::new).orElse(null);
    }

    @Override
    public @Nullable HttpServletRequest getMatchingRequest(HttpServletRequest request, HttpServletResponse response) {
        if (wanted(request).filter(page(request)::equals).isPresent()) {
            removeRequest(request, response);
        }
        return null;
    }

    @Override
    public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
        set("", Duration.ZERO, request, response);
    }

    private static String page(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
    }

    private static Optional<String> wanted(HttpServletRequest request) {
        Cookie cookie = WebUtils.getCookie(request, COOKIE);
        if (cookie == null) {
            return Optional.empty();
        }
        try {
            byte[] ascii = Base64.getUrlDecoder().decode(cookie.getValue());
            return Optional.of(new String(ascii, StandardCharsets.US_ASCII)).filter(WantedPage::isOfConsole);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Browsers take two slashes, or a backslash, at the beginning for the name of another host. */
    private static boolean isOfConsole(String page) {
        return page.length() <= LONGEST
                && page.startsWith("/")
                && !page.startsWith("//")
                && page.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
    }

    private static void set(String value, Duration age, HttpServletRequest request, HttpServletResponse response) {
        ResponseCookie cookie = ResponseCookie.from(COOKIE, value)
                .path("/")
                .maxAge(age)
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Strict")
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }
}
