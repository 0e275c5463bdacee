package dev.waxwing.server;

import dev.waxwing.server.web.ConsoleAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Speaks HTTP with a running server: as a program, with what a test puts into its headers, or as a browser with a session. */
final class ConsoleClient {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private static final Pattern TICKET = Pattern.compile("name=\"ticket\" value=\"([^\"]+)\"");

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http;
    private final String base;

    private ConsoleClient(String base, HttpClient.Builder http) {
        this.base = base;
        this.http = http.cookieHandler(cookies)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    static ConsoleClient of(RunningServer server) {
        return new ConsoleClient(server.bean(ConsoleAddress.class).url(), HttpClient.newBuilder());
    }

    /** A client that comes from another address of this host's loopback network. */
    static ConsoleClient from(String address, RunningServer server) throws IOException {
        return new ConsoleClient(
                server.bean(ConsoleAddress.class).url(),
                HttpClient.newBuilder().localAddress(InetAddress.getByName(address)));
    }

    static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    HttpResponse<byte[]> bytes(String path, String... headers) {
        try {
            return http.send(request(path, headers).GET().build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Opens what does not end by itself; whoever calls closes it. */
    HttpResponse<InputStream> open(String path) {
        try {
            return http.send(request(path).GET().build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a form whose answer is a file. */
    HttpResponse<byte[]> postForBytes(String action, String form) {
        try {
            HttpRequest request = request(action, "Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form))
                    .build();
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        return send(request(path, headers).method(method, BodyPublishers.ofString(body)));
    }

    /** Fills in the form of a page and sends it to {@code action}, with the ticket that it holds, if it has one. */
    HttpResponse<String> submit(String page, String action, Map<String, String> fields) {
        String form = get(page).body();
        Map<String, String> filled = new HashMap<>(fields);
        Matcher ticket = TICKET.matcher(form);
        if (ticket.find()) {
            filled.putIfAbsent("ticket", ticket.group(1));
        }
        return post(action, filled, csrf(page, form));
    }

    /** The token that the forms of a page hold. */
    String csrf(String page) {
        return csrf(page, get(page).body());
    }

    private static String csrf(String page, String form) {
        Matcher csrf = CSRF.matcher(form);
        if (!csrf.find()) {
            throw new AssertionError("no form on " + page);
        }
        return csrf.group(1);
    }

    /** Sends a form with this CSRF token. */
    HttpResponse<String> post(String action, Map<String, String> fields, String csrf) {
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(request(action, "Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form + "&_csrf=" + encoded(csrf))));
    }

    HttpResponse<String> login(String name, String password) {
        return submit("/login", "/login", Map.of("username", name, "password", password));
    }

    HttpCookie sessionCookie() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals("waxwing"))
                .findFirst()
                .orElseThrow();
    }

    Set<String> cookieNames() {
        return cookies.getCookieStore().getCookies().stream()
                .map(HttpCookie::getName)
                .collect(Collectors.toSet());
    }

    /** Has a cookie that this server did not set. */
    void cookie(String name, String value) {
        HttpCookie cookie = new HttpCookie(name, value);
        cookie.setPath("/");
        cookie.setVersion(0);
        cookies.getCookieStore().add(URI.create(base), cookie);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
