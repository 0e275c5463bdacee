package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.account.User;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.web.ConsoleAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who may reach what, over real HTTP. */
@Isolated("errors of others would be in the log")
class ConsoleSecurityTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final JsonMapper JSON = new JsonMapper();

    private static RunningServer server;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(directory.resolve("data"));
        for (Role role : Role.values()) {
            create(role.label(), role);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static User create(String name, Role role) {
        return switch (server.bean(Accounts.class).create("test", name, role, PASSWORD)) {
            case AccountChange.Made made -> made.user();
            case AccountChange.Refused refused -> throw new AssertionError(refused);
        };
    }

    private static ConsoleClient nobody() {
        return ConsoleClient.of(server);
    }

    private static ConsoleClient loggedIn(String name) {
        ConsoleClient client = ConsoleClient.of(server);
        assertThat(client.login(name, PASSWORD).headers().firstValue("Location"))
                .hasValue("/");
        return client;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/certificates",
                "/certificates/new",
                "/certificates/00",
                "/authority",
                "/devices",
                "/devices/camera",
                "/invites",
                "/sessions",
                "/transfers",
                "/transfers/00",
                "/transfers/00/content",
                "/transfers/00/preview",
                "/transfers/00/evidence",
                "/audit",
                "/settings",
                "/live",
                "/swagger-ui/index.html",
                "/nothing"
            })
    void a_page_without_login_leads_to_the_login(String path) {
        HttpResponse<String> response = nobody().get(path);

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).hasValue("/login");
    }

    @Test
    void who_has_twenty_pages_open_gets_no_more_news_and_others_do() throws Exception {
        create("collector", Role.VIEWER);
        ConsoleClient collector = loggedIn("collector");
        List<InputStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                open.add(collector.open("/live").body());
            }
            for (ConsoleClient browser : List.of(collector, loggedIn("collector"))) {
                HttpResponse<InputStream> refused = browser.open("/live");
                open.add(refused.body());
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.headers().firstValue("Retry-After")).hasValue("60");
            }
            HttpResponse<InputStream> other = loggedIn("viewer").open("/live");
            open.add(other.body());
            assertThat(other.statusCode()).isEqualTo(200);

            open.getFirst().close();
            await().untilAsserted(() -> {
                HttpResponse<InputStream> next = collector.open("/live");
                open.add(next.body());
                assertThat(next.statusCode()).isEqualTo(200);
            });
        } finally {
            for (InputStream stream : open) {
                stream.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/certificates",
                "/api/v1/authority",
                "/api/v1/invites",
                "/api/v1/devices",
                "/api/v1/sessions",
                "/api/v1/transfers",
                "/api/v1/transfers/00/content",
                "/api/v1/audit",
                "/api/v1/tokens",
                "/api/v1/nothing",
                "/actuator/prometheus",
                "/actuator/info",
                "/v3/api-docs"
            })
    void a_program_without_login_gets_a_problem_document_and_never_a_redirect(String path) {
        HttpResponse<String> response = nobody().get(path);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(response.headers().allValues("WWW-Authenticate"))
                .hasSize(2)
                .anyMatch(challenge -> challenge.startsWith("Bearer"))
                .anyMatch(challenge -> challenge.startsWith("Basic"));
        assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(JSON.readTree(response.body()).path("reference").stringValue())
                .matches("[0-9a-f]{16}");
    }

    @Test
    void a_browser_is_not_asked_for_basic_credentials() {
        HttpResponse<String> response = nobody().get("/api/v1/devices", "Sec-Fetch-Site", "same-origin");

        assertThat(response.headers().allValues("WWW-Authenticate")).containsExactly("Bearer realm=\"Waxwing\"");
    }

    @Test
    void the_reference_of_a_refusal_is_found_in_the_audit_log() {
        String reference = reference(nobody().get("/api/v1/devices", "Authorization", "Bearer wxt_nonsense"));

        HttpResponse<String> found =
                nobody().get("/api/v1/audit?query=" + reference, "Authorization", basic("auditor"));

        JsonNode page = JSON.readTree(found.body());
        assertThat(page.path("total").asInt()).isEqualTo(1);
        assertThat(page.path("items").get(0).path("action").stringValue()).isEqualTo("login.refused");
        assertThat(page.path("items").get(0).path("outcome").stringValue()).isEqualTo("refused");
    }

    @Test
    void the_rest_interface_ignores_the_session_cookie() {
        ConsoleClient admin = loggedIn("admin");

        assertThat(admin.get("/").statusCode()).isEqualTo(200);
        assertThat(admin.get("/api/v1/devices").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/pki/ca.pem", "/pki/issuing-ca.pem", "/pki/crl", "/pki/root-crl", "/favicon.svg", "/login"})
    void is_open_to_everybody(String path) {
        assertThat(nobody().get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"})
    void health_tells_everybody_its_status_and_nothing_else(String path) {
        HttpResponse<String> response = nobody().get(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).path("status").stringValue()).isEqualTo("UP");
        assertThat(response.body()).doesNotContain("components", "details");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/prometheus", "/actuator/info"})
    void monitoring_works_with_any_role(String path) {
        assertThat(nobody().get(path, "Authorization", basic("viewer")).statusCode())
                .isEqualTo(200);
        assertThat(nobody().get(path, "Authorization", "Bearer " + token("viewer"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/info", "/actuator/health", "/v3/api-docs", "/api/v1/devices"})
    void a_program_that_logs_in_for_one_request_gets_no_session(String path) {
        for (String credentials : new String[] {basic("viewer"), "Bearer " + token("viewer")}) {
            ConsoleClient client = nobody();
            client.get("/login");

            HttpResponse<String> answer = client.get(path, "Authorization", credentials);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            assertThat(client.get("/").statusCode())
                    .as("nor a better one than it had")
                    .isEqualTo(302);
            assertThat(nobody().get(path, "Authorization", credentials)
                            .headers()
                            .firstValue("Set-Cookie"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/transfers", "/login", "/nothing"})
    void pages_carry_the_headers_that_keep_them_safe(String path) {
        HttpResponse<String> response = loggedIn("viewer").get(path);

        assertThat(header(response, "Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'")
                .doesNotContain("unsafe");
        assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(response, "X-Frame-Options")).isEqualTo("DENY");
        assertThat(header(response, "Permissions-Policy")).contains("camera=()", "microphone=()");
        assertThat(header(response, "Cache-Control")).contains("no-store");
    }

    @Test
    void assets_are_named_by_their_content_and_kept_by_browsers() {
        String page = nobody().get("/login").body();
        String stylesheet = page.replaceFirst("(?s).*href=\"(/assets/console-[0-9a-f]{32}\\.css)\".*", "$1");

        HttpResponse<String> response = nobody().get(stylesheet);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Cache-Control")).isEqualTo("max-age=31536000");
    }

    @Test
    void no_page_contains_an_inline_script_or_style() {
        ConsoleClient admin = loggedIn("admin");
        for (String path : new String[] {
            "/",
            "/transfers",
            "/devices",
            "/sessions",
            "/invites",
            "/certificates",
            "/certificates/new",
            "/authority",
            "/certificates/new/key",
            "/certificates/revoke",
            "/audit",
            "/settings",
            "/login",
            "/nothing"
        }) {
            assertThat(admin.get(path).body())
                    .as(path)
                    .doesNotContainPattern("<script(?![^>]* src=)")
                    .doesNotContain("<style", " style=\"", " onclick=", " onload=", "javascript:");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/login",
                "/logout",
                "/invites",
                "/certificates",
                "/certificates/00/revocation",
                "/certificates/00/release",
                "/certificates/keys",
                "/certificates/lookup",
                "/devices/x/revocation",
                "/authority/issuing/revocation",
                "/sessions/00/end",
                "/sessions/00/ratchet",
                "/settings/tokens",
                "/settings/users",
                "/settings/password",
                "/transfers/00/verification"
            })
    void a_form_without_its_token_is_refused(String action) {
        HttpResponse<String> response = loggedIn("admin").post(action, Map.of("name", "x"), "forged");

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body())
                .contains("The form is out of date", "Nothing was done")
                .doesNotContain("role");
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, GET, /api/v1/transfers, true",
        "viewer, GET, /api/v1/certificates, true",
        "viewer, GET, /api/v1/audit, false",
        "viewer, GET, /api/v1/transfers/00/evidence, false",
        "viewer, POST, /api/v1/transfers/00/verification, true",
        "viewer, POST, /api/v1/invites, false",
        "viewer, POST, /api/v1/certificates, false",
        "viewer, POST, /api/v1/certificates/00/revocation, false",
        "viewer, DELETE, /api/v1/certificates/00/revocation, false",
        "viewer, POST, /api/v1/certificates/revocation, false",
        "viewer, GET, /api/v1/certificates/00/classic.json, false",
        "viewer, GET, /api/v1/certificates/00/chain.pem, true",
        "viewer, POST, /api/v1/devices/x/revocation, false",
        "viewer, POST, /api/v1/authority/issuing/current/revocation, false",
        "viewer, DELETE, /api/v1/sessions/00, false",
        "viewer, POST, /api/v1/sessions/00/ratchet, false",
        "viewer, DELETE, /api/v1/invites/00, false",
        "auditor, GET, /api/v1/audit, true",
        "auditor, GET, /api/v1/transfers/00/evidence, true",
        "auditor, POST, /api/v1/invites, false",
        "auditor, DELETE, /api/v1/sessions/00, false",
        "auditor, POST, /api/v1/sessions/00/ratchet, false",
        "operator, GET, /api/v1/audit, false",
        "operator, GET, /api/v1/transfers/00/evidence, false",
        "operator, GET, /api/v1/restorations, true",
        "operator, POST, /api/v1/restorations/1/confirmation, false",
        "admin, POST, /api/v1/restorations/1/confirmation, true",
        "operator, POST, /api/v1/invites, true",
        "operator, POST, /api/v1/certificates, true",
        "operator, POST, /api/v1/certificates/00/revocation, true",
        "operator, DELETE, /api/v1/certificates/00/revocation, true",
        "operator, POST, /api/v1/certificates/revocation, true",
        "operator, GET, /api/v1/certificates/00/classic.json, true",
        "operator, POST, /api/v1/devices/x/revocation, true",
        "operator, POST, /api/v1/authority/issuing/current/revocation, false",
        "auditor, POST, /api/v1/authority/issuing/current/revocation, false",
        "admin, POST, /api/v1/authority/issuing/current/revocation, true",
        "operator, DELETE, /api/v1/sessions/00, true",
        "operator, POST, /api/v1/sessions/00/ratchet, true",
        "admin, GET, /api/v1/audit, true",
        "admin, GET, /api/v1/transfers/00/evidence, true",
        "admin, POST, /api/v1/invites, true",
        "admin, DELETE, /api/v1/sessions/00, true",
    })
    void a_role_allows_what_it_says(String role, String method, String path, boolean allowed) {
        HttpResponse<String> response =
                nobody().send(method, path, "{}", "Authorization", basic(role), "Content-Type", "application/json");

        if (allowed) {
            assertThat(response.statusCode()).isNotIn(401, 403).isLessThan(500);
        } else {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(reference(response)).matches("[0-9a-f]{16}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, /audit, 403",
        "auditor, /audit, 200",
        "operator, /audit, 403",
        "viewer, /settings, 200",
        "viewer, /invites, 200"
    })
    void a_page_opens_for_the_roles_that_may_see_it(String role, String path, int status) {
        assertThat(loggedIn(role).get(path).statusCode()).isEqualTo(status);
    }

    @Test
    void a_viewer_can_neither_invite_nor_make_users_by_a_form() {
        ConsoleClient viewer = loggedIn("viewer");

        assertThat(viewer.submit("/settings", "/invites", Map.of("name", "camera"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(viewer.submit(
                                "/settings",
                                "/settings/users",
                                Map.of("name", "x", "role", "admin", "password", PASSWORD))
                        .statusCode())
                .isEqualTo(403);
        assertThat(viewer.get("/settings").body()).doesNotContain("New user");
    }

    @Test
    void the_session_cookie_is_out_of_reach_and_made_at_login() {
        ConsoleClient client = nobody();
        client.get("/login", "Cookie", "waxwing=" + "0".repeat(32));

        HttpResponse<String> login = client.login("viewer", PASSWORD);

        assertThat(login.headers().allValues("Set-Cookie"))
                .anyMatch(cookie -> cookie.startsWith("waxwing=")
                        && cookie.contains("HttpOnly")
                        && cookie.contains("SameSite=Strict"));
        assertThat(client.sessionCookie().getValue()).isNotEqualTo("0".repeat(32));
    }

    @Test
    void a_stranger_makes_no_session_whatever_he_asks_for() throws IOException {
        ConsoleClient stranger = ConsoleClient.from("127.0.0.4", server);

        stranger.get("/login");
        stranger.get("/devices?query=x", "Sec-Fetch-Dest", "document");
        stranger.get("/nothing");
        stranger.get("/setup/nothing");
        stranger.post("/login", Map.of("username", "admin", "password", PASSWORD), "forged");
        stranger.login("admin", "a wrong password");

        assertThat(stranger.cookieNames()).contains("waxwing-form").doesNotContain("waxwing");
    }

    /** Another site below the same domain can set the cookie, but not what the browser says of where a form comes from. */
    @ParameterizedTest
    @CsvSource({"same-origin, 302", "none, 302", "same-site, 403", "cross-site, 403"})
    void nobody_is_logged_in_by_a_form_of_another_site(String site, int status) {
        ConsoleClient client = nobody();
        String form = "username=viewer&password=" + PASSWORD.replace(' ', '+') + "&_csrf=" + client.csrf("/login");

        HttpResponse<String> answer = client.send(
                "POST", "/login", form, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", site);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(client.cookieNames().contains("waxwing")).isEqualTo(status == 302);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /login?ended=%ff | ''",
                "GET | /login?%ff=1 | ''",
                "POST | /login | username=%ff",
                "POST | /login?%ff=1 | username=x",
                "GET | /devices?query=%ff | ''",
                "POST | /setup/nothing | _csrf=%zz"
            })
    void what_a_stranger_misspells_is_no_error_of_the_server(String method, String path, String body)
            throws IOException {
        try (CapturedErrors errors = new CapturedErrors()) {
            String answer = rawFrom("127.0.0.8", """
                %s %s HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Content-Type: application/x-www-form-urlencoded\r
                Content-Length: %d\r
                \r
                %s\
                """.formatted(method, path, body.length(), body));

            assertThat(answer).startsWith("HTTP/1.1 " + (path.startsWith("/devices") ? "302 " : "400 "));
            assertThat(errors.lines()).isEmpty();
        }
    }

    /** What is logged as an error meanwhile. */
    private static final class CapturedErrors implements AutoCloseable {

        private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
        private final Logger everything = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

        CapturedErrors() {
            appender.start();
            everything.addAppender(appender);
        }

        List<String> lines() {
            return List.copyOf(appender.list).stream()
                    .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }

        @Override
        public void close() {
            everything.detachAppender(appender);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/devices?query=a%20b, /devices?query=a%20b",
        "/transfers/00, /transfers/00",
    })
    void after_the_login_comes_the_page_that_was_asked_for(String asked, String shown) {
        ConsoleClient client = nobody();
        client.get(asked, "Sec-Fetch-Dest", "document");

        assertThat(client.login("viewer", PASSWORD).headers().firstValue("Location"))
                .hasValue(shown);

        client.get(shown);
        assertThat(client.cookieNames()).doesNotContain("waxwing-wanted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "//evil.example", "/\\evil.example", "/a b", "", "evil"})
    void no_cookie_leads_a_login_to_another_place(String wanted) {
        String value = Base64.getUrlEncoder().withoutPadding().encodeToString(wanted.getBytes(StandardCharsets.UTF_8));
        ConsoleClient client = nobody();
        client.cookie("waxwing-wanted", value);

        assertThat(client.login("viewer", PASSWORD).headers().firstValue("Location"))
                .hasValue("/");
    }

    @Test
    void a_program_cannot_fill_the_audit_log_with_requests_for_what_is_not_there() throws IOException {
        String token = "Bearer " + token("viewer");
        ConsoleClient program = ConsoleClient.from("127.0.0.5", server);
        long before = entries();

        Set<String> references = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            references.add(reference(program.get("/api/v1/certificates/00", "Authorization", token)));
            references.add(reference(program.get("/api/v1/nothing", "Authorization", token)));
            references.add(reference(program.get("/api/v1/transfers?page=x", "Authorization", token)));
        }

        assertThat(entries() - before).isLessThanOrEqualTo(30);
        assertThat(references)
                .hasSizeLessThanOrEqualTo(30)
                .allSatisfy(reference -> assertThat(server.bean(AuditLog.class)
                                .page(reference, 0, 1)
                                .total())
                        .isEqualTo(1));
    }

    @Test
    void a_stranger_cannot_fill_the_audit_log_with_bodies_that_break_off() throws IOException {
        long before = entries();
        for (int i = 0; i < 40; i++) {
            assertThat(rawFrom("127.0.0.6", """
                POST /pki/ocsp HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Content-Type: application/ocsp-request\r
                Transfer-Encoding: chunked\r
                \r
                no number\r
                """)).startsWith("HTTP/1.1 400 ");
        }

        assertThat(entries() - before).isLessThanOrEqualTo(30);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/devices?query=%FF", "/api/v1/certificates?query=%ED%A0%80"})
    void a_query_that_is_no_text_is_the_callers_fault(String path) {
        HttpResponse<String> answer = nobody().get(path, "Authorization", basic("viewer"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(reference(answer)).matches("[0-9a-f]{16}");
    }

    /** The answer to a request that no HTTP client would send. */
    private static String rawFrom(String address, String request) throws IOException {
        URI console = URI.create(server.bean(ConsoleAddress.class).url());
        InetAddress source = InetAddress.getByName(address);
        try (Socket socket = new Socket(InetAddress.getByName(console.getHost()), console.getPort(), source, 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static long entries() {
        return server.bean(AuditLog.class).page("", 0, 1).total();
    }

    @Test
    void takes_no_more_connections_at_once_than_its_heap_has_room_for() {
        assertThat(server.context())
                .isInstanceOfSatisfying(
                        WebServerApplicationContext.class,
                        web -> assertThat(web.getWebServer())
                                .isInstanceOfSatisfying(
                                        TomcatWebServer.class,
                                        tomcat -> assertThat(tomcat.getTomcat()
                                                        .getConnector()
                                                        .getProperty("maxConnections"))
                                                .isEqualTo(512)));
    }

    @Test
    void wrong_passwords_are_refused_in_the_same_words_as_unknown_names() throws IOException {
        ConsoleClient client = ConsoleClient.from("127.0.0.3", server);

        String wrong = client.get(header(client.login("admin", "a wrong password"), "Location"))
                .body();
        String unknown = client.get(header(client.login("nobody", "a wrong password"), "Location"))
                .body();

        assertThat(wrong).contains("do not go together").containsPattern("Reference <code>[0-9a-f]{16}");
        assertThat(unknown).contains("do not go together");
    }

    @Test
    void after_five_failures_the_login_says_how_long_to_wait() throws IOException {
        ConsoleClient client = ConsoleClient.from("127.0.0.2", server);
        for (int i = 0; i < 5; i++) {
            client.login("admin", "a wrong password");
        }

        String answer = header(client.login("admin", PASSWORD), "Location");

        assertThat(client.get(answer).body()).containsPattern("Try again in (one second|\\d seconds)");
        assertThat(client.get("/").statusCode()).isEqualTo(302);
        HttpResponse<String> program = client.get("/api/v1/devices", "Authorization", basic("admin"));
        assertThat(program.statusCode()).isEqualTo(429);
        assertThat(program.headers().firstValue("Retry-After").orElseThrow()).matches("\\d+");
        assertThat(loggedIn("admin").get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void a_disabled_user_is_out_at_the_next_click() {
        User guest = create("guest", Role.VIEWER);
        ConsoleClient client = loggedIn("guest");
        assertThat(client.get("/").statusCode()).isEqualTo(200);

        server.bean(Accounts.class).changeDisabled("test", guest.id(), true);

        assertThat(client.get("/").headers().firstValue("Location")).hasValue("/login");
    }

    @Test
    void after_logging_out_the_session_is_over() {
        ConsoleClient client = loggedIn("viewer");

        assertThat(client.get("/logout").statusCode()).isEqualTo(404);
        assertThat(client.get("/").statusCode()).isEqualTo(200);
        assertThat(client.submit("/", "/logout", Map.of()).headers().firstValue("Location"))
                .hasValue("/login?ended");
        assertThat(client.get("/").statusCode()).isEqualTo(302);
    }

    @Test
    void ones_own_password_can_be_changed_and_the_session_goes_on() {
        create("changer", Role.VIEWER);
        ConsoleClient here = loggedIn("changer");
        ConsoleClient elsewhere = loggedIn("changer");

        here.submit(
                "/settings",
                "/settings/password",
                Map.of(
                        "current",
                        PASSWORD,
                        "password",
                        "another plum tree, elsewhere",
                        "again",
                        "another plum tree, elsewhere"));

        assertThat(here.get("/").statusCode()).isEqualTo(200);
        assertThat(elsewhere.get("/").statusCode()).isEqualTo(302);
    }

    @Test
    void a_user_is_made_changed_and_removed_over_rest_without_a_password_in_any_answer() {
        String password = "seven grey herons";
        HttpResponse<String> made =
                asAdmin("POST", "/api/v1/users", Map.of("name", "Olga", "role", "viewer", "password", password));
        HttpResponse<String> changed = asAdmin("PATCH", "/api/v1/users/olga", Map.of("role", "operator"));
        HttpResponse<String> shutOut = asAdmin("PATCH", "/api/v1/users/olga", Map.of("disabled", true));
        HttpResponse<String> reset = asAdmin("POST", "/api/v1/users/olga/password", Map.of("password", password + "!"));
        HttpResponse<String> signedOut = asAdmin("POST", "/api/v1/users/olga/sign-out", Map.of("tokens", true));
        HttpResponse<String> listed = nobody().get("/api/v1/users", "Authorization", basic("admin"));
        HttpResponse<String> removed = asAdmin("DELETE", "/api/v1/users/olga", Map.of());

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location")).hasValue("/api/v1/users/olga");
        assertThat(JSON.readTree(made.body()).path("passwordUntil").stringValue())
                .isNotBlank();
        assertThat(JSON.readTree(changed.body()).path("role").stringValue()).isEqualTo("operator");
        assertThat(JSON.readTree(shutOut.body()).path("disabled").asBoolean()).isTrue();
        assertThat(reset.statusCode()).isEqualTo(204);
        assertThat(signedOut.statusCode()).isEqualTo(204);
        assertThat(listed.body()).contains("\"name\":\"olga\"");
        assertThat(removed.statusCode()).isEqualTo(204);
        assertThat(nobody().get("/api/v1/users/olga", "Authorization", basic("admin"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(made.body() + changed.body() + shutOut.body() + reset.body() + listed.body())
                .doesNotContain("heron", "argon2");
        assertThat(server.bean(AuditLog.class).page("heron", 0, 10).total()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /api/v1/users | {\"name\": \"admin\", \"password\": \"seven grey herons\"} | 409",
                "POST | /api/v1/users | {\"name\": \"a b\", \"password\": \"seven grey herons\"} | 422",
                "POST | /api/v1/users | {\"name\": \"ab\", \"password\": \"seven\"} | 422",
                "POST | /api/v1/users | {\"name\": \"ab\"} | 422",
                "POST | /api/v1/users | {\"name\": \"ab\", \"role\": \"king\", \"password\": \"seven grey herons\"} |"
                        + " 422",
                "POST | /api/v1/users | {\"password\": \"seven grey herons | 400",
                "PATCH | /api/v1/users/admin | {\"role\": \"viewer\"} | 409",
                "PATCH | /api/v1/users/admin | {\"disabled\": true} | 409",
                "DELETE | /api/v1/users/admin | {} | 409",
                "POST | /api/v1/users/admin/password | {\"password\": \"seven grey herons\"} | 409",
                "POST | /api/v1/users/viewer/password | {\"password\": \"short\"} | 422",
                "PATCH | /api/v1/users/nobody | {} | 404",
                "DELETE | /api/v1/users/nobody | {} | 404"
            })
    void what_cannot_be_done_to_a_user_is_refused_with_a_reason(String method, String path, String body, int status) {
        HttpResponse<String> answer =
                nobody().send(method, path, body, "Authorization", basic("admin"), "Content-Type", "application/json");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(reference(answer)).matches("[0-9a-f]{16}");
        assertThat(JSON.readTree(answer.body()).path("detail").stringValue()).isNotBlank();
        assertThat(answer.body()).doesNotContain("heron");
    }

    @Test
    void a_temporary_password_is_exchanged_at_the_first_login_before_anything_else() {
        server.bean(Accounts.class).createWithTemporaryPassword("test", "newcomer", Role.OPERATOR, PASSWORD);
        ConsoleClient person = nobody();
        person.login("newcomer", PASSWORD);

        for (String path : new String[] {"/", "/devices", "/settings", "/live", "/nothing"}) {
            assertThat(person.get(path).headers().firstValue("Location"))
                    .as(path)
                    .hasValue("/password");
        }
        HttpResponse<String> program = nobody().get("/api/v1/devices", "Authorization", basic("newcomer"));
        assertThat(program.statusCode()).isEqualTo(403);
        assertThat(program.body()).contains("choose your own");
        assertThat(person.submit("/password", "/invites", Map.of("name", "camera"))
                        .headers()
                        .firstValue("Location"))
                .hasValue("/password");

        assertThat(person.submit("/password", "/password", Map.of("password", PASSWORD, "again", PASSWORD))
                        .body())
                .contains("is the present one");
        String own = "another plum tree, elsewhere";
        String before = person.sessionCookie().getValue();
        assertThat(person.submit("/password", "/password", Map.of("password", own, "again", own))
                        .headers()
                        .firstValue("Location"))
                .hasValue("/");

        assertThat(person.sessionCookie().getValue()).isNotEqualTo(before);
        assertThat(person.get("/").statusCode()).isEqualTo(200);
        assertThat(nobody().get("/api/v1/devices", "Authorization", ConsoleClient.basic("newcomer", own))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void signing_out_everywhere_ends_every_session_and_the_tokens_if_asked_for() {
        create("wanderer", Role.VIEWER);
        ConsoleClient here = loggedIn("wanderer");
        ConsoleClient elsewhere = loggedIn("wanderer");
        String bearer = "Bearer " + token("wanderer");

        here.submit("/settings", "/settings/sign-out", Map.of());
        assertThat(here.get("/").statusCode()).isEqualTo(302);
        assertThat(elsewhere.get("/").statusCode()).isEqualTo(302);
        assertThat(nobody().get("/api/v1/devices", "Authorization", bearer).statusCode())
                .isEqualTo(200);

        loggedIn("wanderer").submit("/settings", "/settings/sign-out", Map.of("tokens", "true"));
        assertThat(nobody().get("/api/v1/devices", "Authorization", bearer).statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_guess_at_the_present_password_in_a_session_is_no_faster_than_at_the_door() throws IOException {
        create("guessed", Role.VIEWER);
        ConsoleClient thief = ConsoleClient.from("127.0.0.9", server);
        thief.login("guessed", PASSWORD);
        Map<String, String> guess =
                Map.of("current", "a wrong password", "password", "another plum tree", "again", "another plum tree");
        for (int i = 0; i < 5; i++) {
            thief.submit("/settings", "/settings/password", guess);
            assertThat(thief.get("/settings").body()).contains("The current password is not right");
        }

        thief.submit("/settings", "/settings/password", guess);

        assertThat(thief.get("/settings").body()).contains("Too many attempts");
    }

    @Test
    void programs_cannot_tell_unknown_names_from_wrong_passwords() throws IOException {
        ConsoleClient guesser = ConsoleClient.from("127.0.0.8", server);
        HttpResponse<String> wrong =
                guesser.get("/api/v1/devices", "Authorization", ConsoleClient.basic("admin", "a wrong password"));
        HttpResponse<String> unknown =
                guesser.get("/api/v1/devices", "Authorization", ConsoleClient.basic("nobody", "a wrong password"));

        assertThat(unknown.statusCode()).isEqualTo(wrong.statusCode()).isEqualTo(401);
        assertThat(unknown.body().replaceAll("[0-9a-f]{16}", ""))
                .isEqualTo(wrong.body().replaceAll("[0-9a-f]{16}", ""));
    }

    @Test
    void only_an_administrator_revokes_certificates_of_the_deployment_itself() {
        String serial = SerialNumber.of(
                        server.bean(RoleCredentials.class).receipt().certificate())
                .toString();
        HttpResponse<String> operator = nobody().send(
                        "POST",
                        "/api/v1/certificates/" + serial + "/revocation",
                        "{\"reason\": \"superseded\"}",
                        "Authorization",
                        basic("operator"),
                        "Content-Type",
                        "application/json");

        assertThat(operator.statusCode()).isEqualTo(403);
        assertThat(loggedIn("operator")
                        .submit("/settings", "/certificates/" + serial + "/revocation", Map.of("reason", "superseded"))
                        .statusCode())
                .isEqualTo(403);
    }

    private static HttpResponse<String> asAdmin(String method, String path, Map<String, ?> body) {
        return nobody().send(
                        method,
                        path,
                        JSON.writeValueAsString(body),
                        "Authorization",
                        basic("admin"),
                        "Content-Type",
                        "application/json");
    }

    @Test
    void a_token_is_made_used_listed_and_ended_over_rest() {
        HttpResponse<String> made = nobody().send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"label\": \"backup\", \"role\": \"viewer\", \"expiresIn\": \"P1D\"}",
                        "Authorization",
                        basic("operator"),
                        "Content-Type",
                        "application/json");
        JsonNode token = JSON.readTree(made.body());
        String bearer = "Bearer " + token.path("token").stringValue();

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location").orElseThrow()).startsWith("/api/v1/tokens/");
        assertThat(nobody().get("/api/v1/devices", "Authorization", bearer).statusCode())
                .isEqualTo(200);
        assertThat(nobody().send(
                                "POST",
                                "/api/v1/invites",
                                "{}",
                                "Authorization",
                                bearer,
                                "Content-Type",
                                "application/json")
                        .statusCode())
                .isEqualTo(403);
        assertThat(nobody().get("/api/v1/tokens", "Authorization", bearer).body())
                .contains("\"label\":\"backup\"")
                .doesNotContain("wxt_");
        assertThat(nobody().send("DELETE", "/api/v1/tokens/" + token.path("id").asLong(), "", "Authorization", bearer)
                        .statusCode())
                .isEqualTo(204);
        assertThat(nobody().get("/api/v1/devices", "Authorization", bearer).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"label\": \"x\", \"role\": \"admin\"} | 422",
                "{\"label\": \"\", \"role\": \"viewer\"} | 422",
                "{\"label\": \"x\", \"role\": \"king\"} | 422",
                "{\"label\": \"x\", \"expiresIn\": \"P9999D\"} | 422",
                "{\"label\": \"x\", \"expiresIn\": \"soon\"} | 400",
                "nonsense | 400"
            })
    void a_token_beyond_what_the_caller_may_is_refused_with_a_reason(String order, int status) {
        HttpResponse<String> response = nobody().send(
                        "POST",
                        "/api/v1/tokens",
                        order,
                        "Authorization",
                        basic("operator"),
                        "Content-Type",
                        "application/json");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).path("detail").stringValue()).isNotBlank();
        assertThat(reference(response)).matches("[0-9a-f]{16}");
    }

    /** Nobody may make the server wait for, and keep, a body that nobody will look at. */
    @ParameterizedTest
    @CsvSource({
        "PUT, /nothing, application/x-www-form-urlencoded, 403",
        "DELETE, /api/v1/sessions/00, application/x-www-form-urlencoded, 401",
        "POST, /api/v1/certificates, application/json, 401",
        "POST, /pki/ca.pem, application/json, 405"
    })
    void a_stranger_is_answered_without_reading_the_body(String method, String path, String type, int status)
            throws IOException {
        long audited = server.bean(AuditLog.class).page("too large", 0, 1).total();
        URI console = URI.create(server.bean(ConsoleAddress.class).url());
        // From an address of its own: what is refused to one address is audited only so often.
        InetAddress source = InetAddress.getByName("127.0.0.7");
        try (Socket socket = new Socket(InetAddress.getByName(console.getHost()), console.getPort(), source, 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 1000000000\r\n\r\n"
                            .formatted(method, path, type)
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 401".length());
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 " + status);
        }
        assertThat(server.bean(AuditLog.class).page("too large", 0, 1).total()).isEqualTo(audited);
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "receipt"})
    void only_an_administrator_has_certificates_issued_that_speak_for_the_deployment(String profile) {
        assertThat(issue("operator", profile).statusCode()).isEqualTo(403);
        assertThat(issueAtConsole("operator", profile).statusCode()).isEqualTo(422);
        assertThat(issue("admin", profile).statusCode()).isEqualTo(201);
        assertThat(issueAtConsole("admin", profile).statusCode()).isEqualTo(302);
        assertThat(issue("operator", "camera").statusCode()).isEqualTo(201);
        assertThat(issueAtConsole("operator", "camera").statusCode()).isEqualTo(302);
    }

    @Test
    void only_an_administrator_has_keys_made_that_speak_for_the_deployment() {
        for (String profile : new String[] {"server", "receipt"}) {
            Map<String, String> form = Map.of("name", "waxwing", "kind", "ecdsa-p256", "profile", profile);
            assertThat(loggedIn("operator")
                            .submit("/certificates/new/key", "/certificates/keys", form)
                            .statusCode())
                    .isEqualTo(422);
            String order = JSON.writeValueAsString(Map.of("name", "waxwing", "key", "ecdsa-p256", "profile", profile));
            assertThat(nobody().send(
                                    "POST",
                                    "/api/v1/certificates",
                                    order,
                                    "Authorization",
                                    basic("operator"),
                                    "Content-Type",
                                    "application/json")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, /certificates/new, operator or admin",
        "auditor, /certificates/new/key, operator or admin",
        "viewer, /certificates/revoke, operator or admin",
        "operator, /audit, auditor or admin",
        "operator, /settings/users/x, admin"
    })
    void a_page_that_is_not_given_says_which_role_it_takes(String who, String page, String roles) {
        HttpResponse<String> answer = loggedIn(who).get(page);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .contains("Your role does not allow this", "It takes the role " + roles + ", and yours is " + who + ".")
                .doesNotContain("out of date", "<form");
    }

    @Test
    void no_page_offers_a_viewer_to_issue_or_revoke() {
        ConsoleClient viewer = loggedIn("viewer");
        for (String page : new String[] {"/", "/certificates", "/authority", "/devices", "/invites"}) {
            assertThat(viewer.get(page).body())
                    .as(page)
                    .doesNotContain(
                            "href=\"/certificates/new", "href=\"/certificates/revoke", "action=\"/certificates/");
        }
        assertThat(loggedIn("operator").get("/certificates").body())
                .contains("href=\"/certificates/new", "href=\"/certificates/revoke");
    }

    @Test
    void an_operator_cannot_revoke_everything_by_a_form() {
        ConsoleClient operator = loggedIn("operator");
        assertThat(operator.get("/certificates/revoke").body()).doesNotContain("Revoke everything");
        assertThat(operator.submit(
                                "/certificates/revoke",
                                "/authority/issuing/revocation",
                                Map.of("reason", "superseded", "issuer", "x"))
                        .statusCode())
                .isEqualTo(403);
    }

    private static HttpResponse<String> issue(String user, String profile) {
        return nobody().send(
                        "POST",
                        "/api/v1/certificates",
                        JSON.writeValueAsString(Map.of("csr", request(profile), "profile", profile)),
                        "Authorization",
                        basic(user),
                        "Content-Type",
                        "application/json");
    }

    private static HttpResponse<String> issueAtConsole(String user, String profile) {
        return loggedIn(user)
                .submit("/certificates/new", "/certificates", Map.of("csr", request(profile), "profile", profile));
    }

    /** A request of a key of its own. */
    static String request(String name) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            var builder = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic());
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            String base64 =
                    Base64.getMimeEncoder().encodeToString(builder.build(signer).getEncoded());
            return "-----BEGIN CERTIFICATE REQUEST-----\n" + base64 + "\n-----END CERTIFICATE REQUEST-----\n";
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_rest_interface_describes_itself_in_openapi_3_1() {
        HttpResponse<String> response = nobody().get("/v3/api-docs", "Authorization", basic("viewer"));

        JsonNode description = JSON.readTree(response.body());
        assertThat(description.path("openapi").stringValue()).startsWith("3.1");
        assertThat(description.path("paths").propertyNames())
                .contains(
                        "/api/v1/certificates",
                        "/api/v1/certificates/{serialNumber}",
                        "/api/v1/certificates/{serialNumber}/revocation",
                        "/api/v1/certificates/{serialNumber}/classic.json",
                        "/api/v1/certificates/revocation",
                        "/api/v1/devices/{name}/revocation",
                        "/api/v1/authority/issuing/{id}/revocation",
                        "/api/v1/invites",
                        "/api/v1/devices",
                        "/api/v1/devices/{name}",
                        "/api/v1/sessions",
                        "/api/v1/sessions/{id}",
                        "/api/v1/sessions/{id}/ratchet",
                        "/api/v1/transfers",
                        "/api/v1/transfers/{id}",
                        "/api/v1/transfers/{id}/content",
                        "/api/v1/transfers/{id}/receipt",
                        "/api/v1/transfers/{id}/evidence",
                        "/api/v1/transfers/{id}/verification",
                        "/api/v1/audit",
                        "/api/v1/authority",
                        "/api/v1/authority/issuing/rotation",
                        "/api/v1/profiles",
                        "/api/v1/tokens");
        assertThat(loggedIn("viewer").get("/v3/api-docs").statusCode()).isEqualTo(200);
        assertThat(loggedIn("viewer").get("/swagger-ui/index.html").statusCode())
                .isEqualTo(200);
    }

    @Test
    void what_does_not_exist_is_a_page_for_people_and_a_problem_for_programs() {
        HttpResponse<String> page = loggedIn("viewer").get("/nothing");
        HttpResponse<String> problem = nobody().get("/api/v1/nothing", "Authorization", basic("viewer"));

        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body()).contains("There is nothing here", "<main");
        assertThat(problem.statusCode()).isEqualTo(404);
        assertThat(reference(problem)).matches("[0-9a-f]{16}");
    }

    @Test
    void what_others_wrote_is_shown_and_never_runs() throws IOException {
        String name = "<script>alert(1)</script>\u202egpj";
        ConsoleClient.from("127.0.0.4", server).login(name, "a wrong password");

        String page = loggedIn("auditor").get("/audit?query=%3Cscript%3E").body();

        assertThat(page).contains("&lt;script&gt;alert(1)&lt;/script&gt;").doesNotContain("<script>alert", "\u202e");
    }

    private static String basic(String name) {
        return ConsoleClient.basic(name, PASSWORD);
    }

    private static String token(String user) {
        HttpResponse<String> made = nobody().send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"label\": \"test\"}",
                        "Authorization",
                        basic(user),
                        "Content-Type",
                        "application/json");
        return JSON.readTree(made.body()).path("token").stringValue();
    }

    private static String reference(HttpResponse<String> problem) {
        return JSON.readTree(problem.body()).path("reference").stringValue();
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
