package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the console and the REST interface show of classic, to whom, and that they show nothing while it is off. */
class ClassicConsoleTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final String BANNER = "The classic protocol is on. It is insecure.";

    @TempDir
    static Path directory;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        // As somebody may well write it in YAML: whatever serves classic has to show it, too.
        server = RunningServer.start(directory.resolve("data"), "--waxwing.classic.enabled=on");
        people(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void people(RunningServer server) {
        for (Role role : Role.values()) {
            assertThat(server.bean(Accounts.class).create("test", role.label(), role, PASSWORD))
                    .isInstanceOf(AccountChange.Made.class);
        }
    }

    private static ConsoleClient loggedIn(RunningServer server, String name) {
        ConsoleClient client = ConsoleClient.of(server);
        assertThat(client.login(name, PASSWORD).statusCode()).isEqualTo(302);
        return client;
    }

    @Test
    void a_kit_is_downloaded_once_works_at_once_and_is_audited() throws Exception {
        ConsoleClient admin = loggedIn(server, "admin");
        Path folder = unpack(kit(admin, Map.of("name", "barn")));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            socket.setSoTimeout(20_000);
            try (ClassicDeviceSession session = ClassicDeviceSession.connect(
                    socket, ClassicKit.read(folder), ClassicLimits.DEFAULTS, new SecureRandom())) {
                session.text("hello from the barn");
                assertThat(admin.get("/sessions").body()).contains("barn", "badge classic");
                session.end();
            }
        }
        AuditEntry added = server.bean(AuditLog.class)
                .page("classic.device.added", 0, 10)
                .items()
                .getFirst();
        assertThat(added.actor()).isEqualTo("admin");
        assertThat(added.subject()).isEqualTo("barn");
        String list = admin.get("/classic").body();
        assertThat(list).contains("barn", "enabled").doesNotContain("PRIVATE KEY");

        String id = server.bean(Transfers.class)
                .page(new TransferFilter("barn", null, null), 0, 1)
                .items()
                .getFirst()
                .id();
        for (String path : new String[] {"/", "/transfers", "/transfers?view=list", "/devices", "/devices/barn"}) {
            assertThat(admin.get(path).body()).as(path).contains(">classic</span>");
        }
        assertThat(admin.get("/transfers/" + id).body())
                .contains("It came by classic, which protects little.", "The device did not sign it", ">classic</span>")
                .doesNotContain(">verified</span>");
        HttpResponse<String> rest =
                ConsoleClient.of(server).get("/api/v1/transfers/" + id, "Authorization", basic("viewer"));
        assertThat(JSON.readTree(rest.body()).path("trustLevel").stringValue()).isEqualTo("classic");
        HttpResponse<String> verified = ConsoleClient.of(server)
                .send("POST", "/api/v1/transfers/" + id + "/verification", "", "Authorization", basic("viewer"));
        assertThat(JSON.readTree(verified.body()).path("passed").booleanValue()).isTrue();
        assertThat(JSON.readTree(verified.body()).path("trustLevel").stringValue())
                .isEqualTo("classic");
        HttpResponse<byte[]> evidence = admin.bytes("/transfers/" + id + "/evidence");
        assertThat(evidence.headers().firstValue("Content-Disposition").orElseThrow())
                .contains("evidence-classic-" + id);
        assertThat(names(evidence.body())).contains("device-public-key.pem", "receipt.p7s");
    }

    @Test
    void a_second_kit_of_a_name_is_refused_unless_it_replaces_the_first() throws Exception {
        ConsoleClient admin = loggedIn(server, "admin");
        kit(admin, Map.of("name", "shed"));
        HttpResponse<String> refused = admin.submit("/classic", "/classic", Map.of("name", "shed"));
        assertThat(refused.statusCode()).isEqualTo(302);
        assertThat(admin.get("/classic").body()).contains("shed has a classic kit already. Tick “Replace”");
        kit(admin, Map.of("name", "shed", "replace", "1"));
        assertThat(admin.submit("/classic", "/classic", Map.of("name", "No Name"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(admin.get("/classic").body()).contains("A name has 1 to 63 characters");
    }

    @Test
    void a_device_is_kept_out_let_in_and_removed_by_forms() throws Exception {
        ConsoleClient admin = loggedIn(server, "admin");
        kit(admin, Map.of("name", "pier"));
        ClassicDevices devices = server.bean(ClassicDevices.class);
        admin.submit("/classic", "/classic/pier/disabled", Map.of("disabled", "true"));
        assertThat(devices.find("pier").orElseThrow().isEnabled()).isFalse();
        assertThat(admin.get("/classic").body()).contains("pier is kept out.", "Let in again");
        admin.submit("/classic", "/classic/pier/disabled", Map.of("disabled", "false"));
        assertThat(devices.find("pier").orElseThrow().isEnabled()).isTrue();
        admin.submit("/classic", "/classic/pier/removal", Map.of());
        assertThat(devices.find("pier")).isEmpty();
        assertThat(admin.submit("/classic", "/classic/pier/removal", Map.of()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void the_rest_interface_makes_lists_and_removes() throws Exception {
        ConsoleClient http = ConsoleClient.of(server);
        HttpResponse<String> made = post(http, "admin", "{\"name\": \"quay\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
        JsonNode kit = JSON.readTree(made.body());
        assertThat(kit.path("files").propertyNames())
                .containsExactly(
                        "keys/ca_public_key.pem",
                        "keys/server_public_key.pem",
                        "keys/device_private_key.pem",
                        "keys/device_public_key.pem",
                        "certificates/device_certificate.json");
        assertThat(post(http, "admin", "{\"name\": \"quay\"}").statusCode()).isEqualTo(409);
        assertThat(post(http, "admin", "{\"name\": \"quay\", \"replace\": true}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(post(http, "admin", "{\"name\": \"Q\"}").statusCode()).isEqualTo(422);
        assertThat(http.get("/api/v1/classic/devices", "Authorization", basic("admin"))
                        .body())
                .contains("quay")
                .doesNotContain("PRIVATE KEY");
        assertThat(http.send("DELETE", "/api/v1/classic/devices/quay", "", "Authorization", basic("admin"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(http.send("DELETE", "/api/v1/classic/devices/quay", "", "Authorization", basic("admin"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(http.get("/v3/api-docs", "Authorization", basic("viewer")).body())
                .contains("/api/v1/classic/devices");
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "auditor", "viewer"})
    void only_administrators_have_anything_to_do_with_it(String role) {
        ConsoleClient client = loggedIn(server, role);
        assertThat(client.get("/classic").statusCode()).isEqualTo(403);
        for (String action : new String[] {"/classic", "/classic/barn/disabled", "/classic/barn/removal"}) {
            assertThat(client.submit("/settings", action, Map.of("name", "x", "disabled", "true"))
                            .statusCode())
                    .as(action)
                    .isEqualTo(403);
        }
        ConsoleClient http = ConsoleClient.of(server);
        assertThat(post(http, role, "{\"name\": \"mine\"}").statusCode()).isEqualTo(403);
        assertThat(http.get("/api/v1/classic/devices", "Authorization", basic(role))
                        .statusCode())
                .isEqualTo(403);
        assertThat(http.send("DELETE", "/api/v1/classic/devices/barn", "", "Authorization", basic(role))
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.bean(ClassicDevices.class).find("mine")).isEmpty();
        assertThat(client.get("/").body()).doesNotContain("href=\"/classic\"");
    }

    @Test
    void nobody_gets_anything_without_a_login_or_a_form_token() {
        ConsoleClient nobody = ConsoleClient.of(server);
        assertThat(nobody.get("/classic").statusCode()).isEqualTo(302);
        assertThat(nobody.get("/api/v1/classic/devices").statusCode()).isEqualTo(401);
        assertThat(loggedIn(server, "admin")
                        .post("/classic", Map.of("name", "forged"), "forged")
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.bean(ClassicDevices.class).find("forged")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/",
        "/transfers",
        "/devices",
        "/sessions",
        "/invites",
        "/certificates",
        "/audit",
        "/settings",
        "/classic"
    })
    void every_page_warns_while_it_is_on(String path) {
        String page = loggedIn(server, "admin").get(path).body();
        assertThat(page).contains(BANNER, "waxwing.classic.enabled=false");
        assertThat(page)
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContain("<style", " style=\"", " onclick=", "javascript:");
    }

    @Test
    void health_info_and_metrics_say_that_it_is_on() {
        ConsoleClient http = ConsoleClient.of(server);
        JsonNode health = JSON.readTree(
                http.get("/actuator/health", "Authorization", basic("admin")).body());
        assertThat(health.path("components")
                        .path("classic")
                        .path("details")
                        .path("insecure")
                        .booleanValue())
                .isTrue();
        assertThat(http.get("/actuator/info", "Authorization", basic("viewer")).body())
                .contains("\"classic\"");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            socket.getOutputStream().write("<SECX>".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        } catch (IOException reset) {
            // The same silence, with what was sent still on its way.
        }
        await().untilAsserted(() -> assertThat(http.get("/actuator/prometheus", "Authorization", basic("viewer"))
                        .body())
                .contains("waxwing_classic_refused_total"));
    }

    @Test
    void while_it_is_off_nothing_of_it_shows() throws Exception {
        try (RunningServer off = RunningServer.start(directory.resolve("off"))) {
            people(off);
            ConsoleClient admin = loggedIn(off, "admin");
            assertThat(admin.get("/classic").statusCode()).isEqualTo(404);
            for (String path : new String[] {"/", "/devices", "/transfers", "/settings", "/sessions"}) {
                assertThat(admin.get(path).body()).as(path).doesNotContain(BANNER, "href=\"/classic\"", ">classic<");
            }
            ConsoleClient http = ConsoleClient.of(off);
            assertThat(post(http, "admin", "{\"name\": \"barn\"}").statusCode()).isEqualTo(404);
            assertThat(http.get("/actuator/health", "Authorization", basic("admin"))
                            .body())
                    .doesNotContain("classic");
            assertThat(http.get("/actuator/info", "Authorization", basic("admin"))
                            .body())
                    .doesNotContain("classic");
            assertThat(http.get("/actuator/prometheus", "Authorization", basic("admin"))
                            .body())
                    .doesNotContain("waxwing_classic");
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), off.listenerPort())) {
                socket.getOutputStream().write('<');
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(directory.resolve("off/keys/classic-ca.pem")).doesNotExist();
        }
    }

    private static HttpResponse<String> post(ConsoleClient http, String role, String body) {
        return http.send(
                "POST",
                "/api/v1/classic/devices",
                body,
                "Authorization",
                basic(role),
                "Content-Type",
                "application/json");
    }

    private static byte[] kit(ConsoleClient admin, Map<String, String> fields) {
        Matcher csrf = CSRF.matcher(admin.get("/classic").body());
        assertThat(csrf.find()).isTrue();
        StringBuilder form = new StringBuilder("_csrf=" + encoded(csrf.group(1)));
        fields.forEach(
                (name, value) -> form.append('&').append(name).append('=').append(encoded(value)));
        HttpResponse<byte[]> response = admin.postForBytes("/classic", form.toString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/zip");
        assertThat(response.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
        return response.body();
    }

    private static Path unpack(byte[] zip) throws IOException {
        Path folder = Files.createTempDirectory(directory, "kit");
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, in.readAllBytes());
            }
        }
        return folder;
    }

    private static List<String> names(byte[] zip) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    private static String basic(String role) {
        return ConsoleClient.basic(role, PASSWORD);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
