package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.ApiTokens;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Login;
import dev.waxwing.server.account.Logins;
import dev.waxwing.server.account.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who may do what, in one table. What the server serves and the table does not name fails this test: whoever adds an operation or a
 * page decides here who may use it, with one line.
 *
 * <p>{@code everybody} needs no login; {@code anyone} is whoever is logged in; otherwise the roles that may. All others get 403, and
 * who shows no credentials, an ended token, or those of a disabled user gets 401, or the login form.
 */
@BesideOthers
class AccessTest {

    private static final String EVERYBODY = "everybody";

    private static final String TABLE = """
        GET    /api/v1/audit                                        auditor admin
        GET    /api/v1/audit/chain                                  auditor admin
        GET    /api/v1/audit/export                                 auditor admin
        GET    /api/v1/authority                                    anyone
        POST   /api/v1/authority/issuing/rotation                   admin
        POST   /api/v1/authority/issuing/{id}/certificate/revocation admin
        POST   /api/v1/authority/issuing/{id}/revocation            admin
        GET    /api/v1/certificates                                 anyone
        POST   /api/v1/certificates                                 operator admin
        POST   /api/v1/certificates/revocation                      operator admin
        GET    /api/v1/certificates/{serialNumber}                  anyone
        GET    /api/v1/certificates/{serialNumber}/certificate.der  anyone
        GET    /api/v1/certificates/{serialNumber}/certificate.pem  anyone
        GET    /api/v1/certificates/{serialNumber}/chain.p7c        anyone
        GET    /api/v1/certificates/{serialNumber}/chain.pem        anyone
        GET    /api/v1/certificates/{serialNumber}/classic.json     operator admin
        POST   /api/v1/certificates/{serialNumber}/revocation       operator admin
        DELETE /api/v1/certificates/{serialNumber}/revocation       operator admin
        GET    /api/v1/classic/devices                              admin
        POST   /api/v1/classic/devices                              admin
        DELETE /api/v1/classic/devices/{name}                       admin
        GET    /api/v1/devices                                      anyone
        GET    /api/v1/devices/{name}                               anyone
        DELETE /api/v1/devices/{name}                               admin
        POST   /api/v1/devices/{name}/readmission                   operator admin
        DELETE /api/v1/devices/{name}/readmission                   operator admin
        POST   /api/v1/devices/{name}/revocation                    operator admin
        GET    /api/v1/invites                                      anyone
        POST   /api/v1/invites                                      operator admin
        POST   /api/v1/invites/batch                                operator admin
        GET    /api/v1/invites/{id}                                 anyone
        DELETE /api/v1/invites/{id}                                 operator admin
        GET    /api/v1/profiles                                     anyone
        GET    /api/v1/restorations                                 anyone
        POST   /api/v1/restorations/{id}/confirmation               admin
        GET    /api/v1/sessions                                     anyone
        DELETE /api/v1/sessions/{id}                                operator admin
        POST   /api/v1/sessions/{id}/ratchet                        operator admin
        GET    /api/v1/tokens                                       anyone
        POST   /api/v1/tokens                                       anyone
        DELETE /api/v1/tokens/{id}                                  anyone
        GET    /api/v1/transfers                                    anyone
        GET    /api/v1/transfers/{id}                               anyone
        GET    /api/v1/transfers/{id}/content                       anyone
        GET    /api/v1/transfers/{id}/evidence                      auditor admin
        GET    /api/v1/transfers/{id}/receipt                       anyone
        POST   /api/v1/transfers/{id}/verification                  anyone
        GET    /api/v1/users                                        admin
        POST   /api/v1/users                                        admin
        GET    /api/v1/users/{name}                                 admin
        PATCH  /api/v1/users/{name}                                 admin
        DELETE /api/v1/users/{name}                                 admin
        POST   /api/v1/users/{name}/password                        admin
        POST   /api/v1/users/{name}/sign-out                        admin
        GET    /pki/ca.pem                                          everybody
        GET    /pki/crl                                             everybody
        GET    /pki/crl/{id}                                        everybody
        GET    /pki/issuing-ca.pem                                  everybody
        GET    /pki/issuing-ca/{id}.pem                             everybody
        POST   /pki/ocsp                                            everybody
        GET    /pki/root-crl                                        everybody
        GET    /actuator                                            anyone
        GET    /actuator/health                                     everybody
        GET    /actuator/health/**                                  anyone
        GET    /actuator/health/liveness                            everybody
        GET    /actuator/health/readiness                           everybody
        GET    /actuator/info                                       anyone
        GET    /actuator/prometheus                                 anyone
        GET    /v3/api-docs                                         anyone
        GET    /v3/api-docs.yaml                                    anyone
        GET    /v3/api-docs/swagger-config                          anyone
        GET    /                                                    anyone
        GET    /audit                                               auditor admin
        GET    /audit/chain                                         auditor admin
        POST   /audit/chain                                         auditor admin
        GET    /audit/export                                        auditor admin
        GET    /authority                                           anyone
        POST   /authority/issuing/revocation                admin
        POST   /authority/issuing/{id}/certificate/revocation       admin
        POST   /authority/rotation                                  admin
        GET    /certificates                                        anyone
        POST   /certificates                                        operator admin
        POST   /certificates/keys                                   operator admin
        GET    /certificates/keys/{ticket}                          operator admin
        POST   /certificates/lookup                                 operator admin
        GET    /certificates/new                                    operator admin
        GET    /certificates/new/key                                operator admin
        GET    /certificates/revoke                                 operator admin
        GET    /certificates/{serialNumber}                         anyone
        GET    /certificates/{serialNumber}/certificate.der         anyone
        GET    /certificates/{serialNumber}/certificate.pem         anyone
        GET    /certificates/{serialNumber}/chain.p7c               anyone
        GET    /certificates/{serialNumber}/chain.pem               anyone
        GET    /certificates/{serialNumber}/classic.json            operator admin
        POST   /certificates/{serialNumber}/release                 operator admin
        POST   /certificates/{serialNumber}/revocation              operator admin
        GET    /classic                                             admin
        POST   /classic                                             admin
        POST   /classic/{name}/disabled                             admin
        POST   /classic/{name}/removal                              admin
        GET    /devices                                             anyone
        GET    /devices/{name}                                      anyone
        POST   /devices/{name}/readmission                          operator admin
        POST   /devices/{name}/readmission/withdrawal               operator admin
        POST   /devices/{name}/removal                              admin
        POST   /devices/{name}/revocation                           operator admin
        GET    /expiring                                            anyone
        GET    /invites                                             anyone
        POST   /invites                                             operator admin
        POST   /invites/{id}/revocation                             operator admin
        GET    /live                                                anyone
        GET    /login                                               everybody
        GET    /password                                            anyone
        POST   /password                                            anyone
        POST   /restorations/{id}/confirmation                      admin
        GET    /sessions                                            anyone
        POST   /sessions/{id}/end                                   operator admin
        POST   /sessions/{id}/ratchet                               operator admin
        GET    /settings                                            anyone
        POST   /settings/password                                   anyone
        POST   /settings/sign-out                                   anyone
        POST   /settings/tokens                                     anyone
        POST   /settings/tokens/{id}/revocation                     anyone
        POST   /settings/users                                      admin
        POST   /settings/users/{id}/disabled                        admin
        POST   /settings/users/{id}/password                        admin
        POST   /settings/users/{id}/removal                         admin
        POST   /settings/users/{id}/role                            admin
        POST   /settings/users/{id}/sign-out                        admin
        GET    /setup/{token}                                       everybody
        POST   /setup/{token}                                       everybody
        GET    /swagger-ui                                          anyone
        GET    /transfers                                           anyone
        GET    /transfers/{id}                                      anyone
        GET    /transfers/{id}/content                              anyone
        GET    /transfers/{id}/evidence                             auditor admin
        GET    /transfers/{id}/preview                              anyone
        GET    /transfers/{id}/receipt.json                         anyone
        GET    /transfers/{id}/receipt.p7s                          anyone
        POST   /transfers/{id}/verification                         anyone
        *      /error                                               everybody
        """;

    /** An endless stream, or one that ends the session that asks. Their rules are those of every other line. */
    private static final Set<String> NOT_REPEATED = Set.of("GET /live", "POST /settings/sign-out");

    private static final String PASSWORD = "plum tree by the harbour";
    private static final JsonMapper JSON = new JsonMapper();

    private static final Map<Role, String> tokens = new EnumMap<>(Role.class);
    private static final Map<Role, ConsoleClient> people = new EnumMap<>(Role.class);
    private static String endedToken;
    private static String disabledUsersToken;
    private static RunningServer server;
    private static ConsoleClient program;
    private static ConsoleClient stranger;
    private static int source;
    private static int wrong;

    /** One line of the table. */
    private record Line(String method, String path, Set<String> who) {

        static Line of(String line) {
            String[] words = line.strip().split(" +");
            return new Line(words[0], words[1], Stream.of(words).skip(2).collect(Collectors.toSet()));
        }

        String operation() {
            return method + " " + path;
        }

        boolean isOpen() {
            return who.contains(EVERYBODY);
        }

        boolean allows(Role role) {
            return isOpen() || who.contains("anyone") || who.contains(role.label());
        }

        boolean isForPrograms() {
            return path.startsWith("/api/") || path.startsWith("/actuator") || path.startsWith("/v3/");
        }

        /** With something in each variable that does not exist. */
        String address() {
            return path.replaceAll("\\{(?:id|serialNumber)}", "00")
                    .replaceAll("\\{.*?}", "nobody")
                    .replace("**", "db");
        }
    }

    private static Stream<Line> lines() {
        return TABLE.lines().map(Line::of).filter(line -> !NOT_REPEATED.contains(line.operation()));
    }

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(
                directory.resolve("data"),
                "--waxwing.classic.enabled=true",
                "--waxwing.classic.allowed-sources=127.0.0.0/8");
        program = ConsoleClient.of(server);
        for (Role role : Role.values()) {
            server.bean(Accounts.class).create("test", role.label(), role, PASSWORD);
            Caller caller = login(role.label());
            tokens.put(role, token(caller, role));
            ConsoleClient person = ConsoleClient.of(server);
            person.login(role.label(), PASSWORD);
            people.put(role, person);
        }
        endedToken = token(login("admin"), Role.ADMIN);
        disabledUsersToken = disabledUsersToken();
        JdbcClient jdbc = server.bean(JdbcClient.class);
        jdbc.sql("UPDATE api_token SET expires_at = created_at WHERE id = (SELECT MAX(id) FROM api_token"
                        + " WHERE user_id = (SELECT id FROM console_user WHERE name = 'admin'))")
                .update();
    }

    private static String disabledUsersToken() {
        Accounts accounts = server.bean(Accounts.class);
        accounts.create("test", "former", Role.ADMIN, PASSWORD);
        String token = token(login("former"), Role.ADMIN);
        // Not by the accounts, which would end the token too: this is about a token that is still there.
        server.bean(JdbcClient.class)
                .sql("UPDATE console_user SET disabled = TRUE WHERE name = 'former'")
                .update();
        return token;
    }

    private static Caller login(String name) {
        return switch (server.bean(Logins.class).byProgram(name, PASSWORD, "127.0.0.1")) {
            case Login.Accepted accepted -> accepted.caller();
            case Login other -> throw new AssertionError(other);
        };
    }

    private static String token(Caller caller, Role role) {
        return switch (server.bean(ApiTokens.class).create(caller, "test", role, true, Duration.ofDays(1))) {
            case ApiTokens.Creation.Created created -> created.secret();
            case ApiTokens.Creation.Refused refused -> throw new AssertionError(refused);
        };
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void every_operation_and_every_page_is_in_the_table() {
        Set<String> served = new TreeSet<>(described());
        server.context().getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream()
                .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                .forEach(info -> served.addAll(operations(info)));
        served.addAll(Set.of("GET /actuator/health/liveness", "GET /actuator/health/readiness"));

        assertThat(TABLE.lines().map(Line::of).map(Line::operation)).containsExactlyInAnyOrderElementsOf(served);
    }

    private static Set<String> described() {
        JsonNode paths = JSON.readTree(get("/v3/api-docs", Role.ADMIN).body()).path("paths");
        Set<String> operations = new HashSet<>();
        for (String path : paths.propertyNames()) {
            paths.path(path).propertyNames().forEach(method -> operations.add(method.toUpperCase() + " " + path));
        }
        assertThat(operations).hasSizeGreaterThan(30);
        return operations;
    }

    private static Set<String> operations(RequestMappingInfo info) {
        Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
        return info.getPatternValues().stream()
                .flatMap(path -> methods.isEmpty()
                        ? Stream.of("* " + path)
                        : methods.stream().map(method -> method + " " + path))
                .collect(Collectors.toSet());
    }

    @Test
    void each_role_may_do_what_the_table_says_with_a_token() {
        SoftAssertions softly = new SoftAssertions();
        lines().filter(Line::isForPrograms).forEach(line -> {
            for (Role role : Role.values()) {
                HttpResponse<String> answer = send(program, line, tokens.get(role));
                judge(softly, line, role, answer.statusCode());
                if (answer.statusCode() >= 400 && line.path().startsWith("/api/")) {
                    JsonNode problem = JSON.readTree(answer.body());
                    softly.assertThat(problem.path("reference").asString())
                            .as(line.operation() + " " + answer.body())
                            .matches("[0-9a-f]{16}");
                    softly.assertThat(problem.path("detail").asString())
                            .as(line.operation() + " " + answer.body())
                            .isNotBlank();
                }
            }
        });
        softly.assertAll();
    }

    @Test
    void each_role_may_do_what_the_table_says_at_the_console() {
        Map<Role, String> csrf = new EnumMap<>(Role.class);
        people.forEach((role, person) -> csrf.put(role, person.csrf("/settings")));
        SoftAssertions softly = new SoftAssertions();
        lines().filter(line -> !line.isForPrograms() && !line.method().equals("*"))
                .forEach(line -> {
                    for (Role role : Role.values()) {
                        ConsoleClient person = people.get(role);
                        int status = line.method().equals("POST")
                                ? person.post(line.address(), Map.of(), csrf.get(role))
                                        .statusCode()
                                : person.get(line.address()).statusCode();
                        judge(softly, line, role, status);
                    }
                });
        softly.assertAll();
    }

    private static void judge(SoftAssertions softly, Line line, Role role, int status) {
        if (line.allows(role)) {
            softly.assertThat(status)
                    .as("%s as %s", line.operation(), role)
                    .isNotIn(401, 403)
                    .isLessThan(500);
        } else {
            softly.assertThat(status).as("%s as %s", line.operation(), role).isEqualTo(403);
        }
    }

    @Test
    void nothing_but_what_is_public_answers_without_a_login() {
        SoftAssertions softly = new SoftAssertions();
        lines().filter(line -> !line.method().equals("*")).forEach(line -> {
            int status = send(program, line, null).statusCode();
            if (line.isOpen()) {
                softly.assertThat(status).as(line.operation()).isNotIn(302, 401).isLessThan(500);
            } else {
                refused(softly, line, status, "nobody");
            }
        });
        softly.assertAll();
    }

    @Test
    void an_ended_token_and_one_of_a_disabled_user_open_nothing() {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("ended", endedToken);
        shown.put("of a disabled user", disabledUsersToken);
        SoftAssertions softly = new SoftAssertions();
        shown.forEach((kind, token) -> lines().filter(line -> line.isForPrograms() && !line.isOpen())
                .forEach(line ->
                        refused(softly, line, send(stranger(), line, token).statusCode(), kind)));
        softly.assertAll();
    }

    @Test
    void a_disabled_users_open_session_opens_nothing() {
        server.bean(Accounts.class).create("test", "leaver", Role.ADMIN, PASSWORD);
        ConsoleClient leaver = ConsoleClient.of(server);
        leaver.login("leaver", PASSWORD);
        String csrf = leaver.csrf("/settings");
        server.bean(JdbcClient.class)
                .sql("UPDATE console_user SET disabled = TRUE WHERE name = 'leaver'")
                .update();

        SoftAssertions softly = new SoftAssertions();
        lines().filter(line -> !line.isForPrograms()
                        && !line.isOpen()
                        && !line.method().equals("*"))
                .forEach(line -> {
                    int status = line.method().equals("POST")
                            ? leaver.post(line.address(), Map.of(), csrf).statusCode()
                            : leaver.get(line.address()).statusCode();
                    softly.assertThat(status).as(line.operation()).isIn(302, 403);
                });
        softly.assertAll();
        assertThat(leaver.get("/settings").headers().firstValue("Location")).hasValue("/login");
    }

    @Test
    void a_token_without_the_right_makes_no_credentials_whatever_its_scope() {
        Caller admin = login("admin");
        String plain = ((ApiTokens.Creation.Created)
                        server.bean(ApiTokens.class).create(admin, "plain", Role.ADMIN, false, Duration.ofDays(1)))
                .secret();

        for (Line line : lines().filter(line -> line.path().startsWith("/api/v1/users")
                        || line.operation().equals("POST /api/v1/tokens"))
                .toList()) {
            HttpResponse<String> answer = send(program, line, plain);
            assertThat(answer.statusCode()).as(line.operation()).isEqualTo(403);
            assertThat(answer.body()).contains("credentials");
        }
        assertThat(send(program, Line.of("GET /api/v1/devices anyone"), plain).statusCode())
                .isEqualTo(200);
    }

    @Test
    void every_form_wants_its_token() {
        ConsoleClient admin = people.get(Role.ADMIN);
        SoftAssertions softly = new SoftAssertions();
        lines().filter(line -> line.method().equals("POST") && !line.path().startsWith("/api/"))
                .filter(line -> !line.path().startsWith("/pki/"))
                .forEach(line -> softly.assertThat(
                                admin.post(line.address(), Map.of(), "forged").statusCode())
                        .as(line.operation())
                        .isEqualTo(403));
        softly.assertAll();
    }

    @Test
    void every_answer_carries_the_headers_that_keep_it_safe() {
        ConsoleClient admin = people.get(Role.ADMIN);
        SoftAssertions softly = new SoftAssertions();
        Stream<String> pages = lines().filter(line -> line.method().equals("GET"))
                .filter(line -> !line.isForPrograms() && !line.path().startsWith("/pki/"))
                .map(Line::address);
        Stream.concat(pages, Stream.of("/nothing", "/devices?page=x", "/setup/nonsense", "/devices;x=1", "/error"))
                .forEach(path -> safe(softly, path, admin.get(path)));
        safe(softly, "a forged form", admin.post("/invites", Map.of(), "forged"));
        safe(softly, "a page without login", ConsoleClient.of(server).get("/devices"));
        lines().filter(line -> line.path().startsWith("/api/") && line.method().equals("GET"))
                .forEach(line -> safe(softly, line.operation(), send(admin, line, tokens.get(Role.ADMIN))));
        safe(softly, "a program without login", program.get("/api/v1/devices"));
        softly.assertAll();
    }

    private static void safe(SoftAssertions softly, String what, HttpResponse<String> answer) {
        softly.assertThat(header(answer, "Content-Security-Policy"))
                .as(what)
                .contains("default-src 'self'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe-eval")
                .matches(policy -> what.startsWith("/swagger-ui") || !policy.contains("unsafe"));
        softly.assertThat(header(answer, "X-Content-Type-Options")).as(what).isEqualTo("nosniff");
        softly.assertThat(header(answer, "Referrer-Policy")).as(what).isEqualTo("no-referrer");
        softly.assertThat(header(answer, "X-Frame-Options")).as(what).isEqualTo("DENY");
        softly.assertThat(header(answer, "Cache-Control")).as(what).contains("no-store");
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static void refused(SoftAssertions softly, Line line, int status, String who) {
        if (line.isForPrograms()) {
            softly.assertThat(status).as("%s as %s", line.operation(), who).isEqualTo(401);
        } else if (line.method().equals("GET")) {
            softly.assertThat(status).as("%s as %s", line.operation(), who).isEqualTo(302);
        } else {
            // The form's token comes first: without a session nobody has one.
            softly.assertThat(status).as("%s as %s", line.operation(), who).isIn(302, 403);
        }
    }

    private static HttpResponse<String> get(String path, Role role) {
        return program.get(path, "Authorization", "Bearer " + tokens.get(role));
    }

    private static HttpResponse<String> send(ConsoleClient client, Line line, String token) {
        String type = line.path().equals("/pki/ocsp") ? "application/ocsp-request" : "application/json";
        String body = line.method().equals("GET") ? "" : "{}";
        return token == null
                ? client.send(line.method(), line.address(), body, "Content-Type", type)
                : client.send(
                        line.method(), line.address(), body, "Content-Type", type, "Authorization", "Bearer " + token);
    }

    /** Often enough from another address that it never has to wait for what it did wrong. */
    private static ConsoleClient stranger() {
        if (wrong++ % 4 != 0) {
            return stranger;
        }
        source++;
        try {
            return stranger = ConsoleClient.from("127.0.%d.%d".formatted(10 + source / 250, 1 + source % 250), server);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
