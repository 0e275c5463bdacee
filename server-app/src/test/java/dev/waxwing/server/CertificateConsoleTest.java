package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.classic.ClassicKeys;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.device.DeviceState;
import dev.waxwing.server.device.Devices;
import dev.waxwing.trust.PeerName;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.interfaces.RSAPublicKey;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people at the console do with certificates, and the classic form of them for programs. */
class CertificateConsoleTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final JsonMapper JSON = new JsonMapper();

    private static RunningServer server;
    private static ConsoleClient admin;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(
                directory.resolve("data"),
                "--waxwing.classic.enabled=true",
                "--waxwing.pki.profiles.brief.role=device",
                "--waxwing.pki.profiles.brief.validity=5m");
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static CertificateEntry issue(String name) throws Exception {
        return issue(name, "EC", 256);
    }

    private static CertificateEntry issue(String name, String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        KeyPair pair = generator.generateKeyPair();
        byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), pair.getPublic())
                .build(new JcaContentSignerBuilder(algorithm.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA")
                        .build(pair.getPrivate()))
                .getEncoded();
        if (!(CertificateRequest.read(csr) instanceof RequestCheck.Accepted(var accepted))) {
            throw new AssertionError("the request is not one");
        }
        var order = CertificateOrder.of(
                accepted,
                new PeerName(name),
                server.bean(Profiles.class).find("camera").orElseThrow(),
                null,
                "test");
        return switch (server.bean(Issuance.class).issue(order)) {
            case IssuanceResult.Issued(var issued) ->
                server.bean(Inventory.class).find(issued.serialNumber()).orElseThrow();
            case IssuanceResult other -> throw new AssertionError(other);
        };
    }

    private static HttpResponse<String> follow(HttpResponse<String> redirect) {
        assertThat(redirect.statusCode()).as(redirect.body()).isEqualTo(302);
        String location = redirect.headers().firstValue("Location").orElseThrow();
        return admin.get(location.replaceFirst("^https?://[^/]*", ""));
    }

    @Test
    void a_key_and_its_certificate_are_shown_once() throws Exception {
        HttpResponse<String> sent = admin.submit(
                "/certificates/new/key",
                "/certificates/keys",
                Map.of("name", "made-01", "kind", "ecdsa-p256", "profile", "camera", "days", "30"));
        HttpResponse<String> page = follow(sent);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
        char[] password = found(page, "id=\"password\">([0-9a-z-]{29})<").toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(
                new ByteArrayInputStream(Base64.getDecoder()
                        .decode(found(page, "data:application/x-pkcs12;base64,([A-Za-z0-9+/=]+)\"")
                                .replace("&#43;", "+"))),
                password);
        assertThat(store.getKey("made-01", password)).isNotNull();
        String serial = found(page, "/certificates/([0-9a-f]{20,40})\"");
        assertThat(admin.get("/certificates/" + serial).body())
                .contains("made-01")
                .doesNotContain("x-pkcs12");

        HttpResponse<String> reloaded = follow(sent);
        assertThat(reloaded.statusCode()).isEqualTo(410);
        assertThat(reloaded.body())
                .contains("A key is shown once", "/certificates/" + serial + "\"")
                .doesNotContain("x-pkcs12", new String(password));
    }

    @Test
    void a_form_for_a_key_is_obeyed_once_however_often_it_is_sent() throws Exception {
        String form = admin.get("/certificates/new/key").body();
        Matcher ticket =
                Pattern.compile("name=\"ticket\" value=\"([0-9a-f]{32})\"").matcher(form);
        assertThat(ticket.find()).isTrue();
        Map<String, String> fields = Map.of("name", "made-02", "kind", "ecdsa-p256", "ticket", ticket.group(1));
        String csrf = admin.csrf("/certificates/new/key");
        List<HttpResponse<String>> answers = new ArrayList<>();
        try (var pressed = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> sendings = IntStream.range(0, 3)
                    .mapToObj(_ -> pressed.submit(() -> admin.post("/certificates/keys", fields, csrf)))
                    .toList();
            for (Future<HttpResponse<String>> sending : sendings) {
                answers.add(sending.get());
            }
        }
        answers.add(admin.post("/certificates/keys", fields, csrf));

        assertThat(answers)
                .extracting(answer -> answer.headers().firstValue("Location").orElse(""))
                .containsOnly("/certificates/keys/" + ticket.group(1));
        assertThat(keysOf("made-02")).isEqualTo(1);
        ConsoleClient other = ConsoleClient.of(server);
        server.bean(Accounts.class).create("test", "olga", Role.OPERATOR, PASSWORD);
        other.login("olga", PASSWORD);
        assertThat(other.get("/certificates/keys/" + ticket.group(1)).statusCode())
                .as("a key is shown to whoever asked for it")
                .isEqualTo(410);
        assertThat(follow(answers.getLast()).body()).contains("x-pkcs12");
        assertThat(follow(answers.getLast()).body()).doesNotContain("x-pkcs12");
    }

    private static long keysOf(String name) {
        return server.bean(Inventory.class).ofName(name, CertificateRole.DEVICE).size();
    }

    @Test
    void a_form_for_a_key_that_nobody_was_given_makes_nothing_and_keeps_what_was_filled_in() {
        String csrf = admin.csrf("/certificates/new/key");
        HttpResponse<String> page = admin.post(
                "/certificates/keys", Map.of("name", "made-03", "kind", "rsa-3072", "ticket", "00".repeat(16)), csrf);

        assertThat(page.statusCode()).isEqualTo(409);
        assertThat(page.body())
                .contains("Nothing was made", "value=\"made-03\"")
                .containsPattern("value=\"rsa-3072\"[^>]* selected");
        assertThat(keysOf("made-03")).isZero();
    }

    private static String found(HttpResponse<String> page, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(page.body());
        assertThat(matcher.find()).as(page.body()).isTrue();
        return matcher.group(1);
    }

    @ParameterizedTest
    @CsvSource({
        "name, Made 9, name-fault",
        "password, short, password-fault",
        "days, 900, days-fault",
        "profile, nothing, profile-fault",
        "kind, rsa-1024, key-fault"
    })
    void what_is_wrong_with_a_key_is_said_beside_the_field(String field, String value, String fault) {
        Map<String, String> form =
                new HashMap<>(Map.of("name", "made-09", "kind", "ecdsa-p256", "profile", "camera", "password", ""));
        form.put(field, value);
        HttpResponse<String> page = admin.submit("/certificates/new/key", "/certificates/keys", form);

        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body())
                .contains("id=\"" + fault + "\"", "No certificate was issued.")
                .containsPattern("Reference <code>[0-9a-f]{16}<");
        assertThat(Pattern.compile("class=\"fault\"[^>]*>[A-Z][^<]{20,}<")
                        .matcher(page.body())
                        .results())
                .hasSize(1);
    }

    @Test
    void what_is_wrong_with_a_request_is_said_beside_it() {
        HttpResponse<String> page =
                admin.submit("/certificates/new", "/certificates", Map.of("csr", "nonsense", "profile", "camera"));

        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body())
                .containsPattern("id=\"key-fault\"[^>]*>This is not a PKCS#10 certificate request")
                .contains("nonsense</textarea>", "aria-invalid=\"true\"");
    }

    @Test
    void a_certificate_has_its_downloads_and_can_be_held_and_released() throws Exception {
        CertificateEntry entry = issue("held-01");
        String path = "/certificates/" + entry.serialNumber();
        for (String form : List.of("certificate.pem", "chain.pem", "certificate.der", "chain.p7c")) {
            assertThat(admin.get(path).body()).contains(path + "/" + form);
            assertThat(admin.bytes(path + "/" + form)
                            .headers()
                            .firstValue("Content-Disposition")
                            .orElseThrow())
                    .startsWith("attachment; filename=\"held-01");
        }
        assertThat(admin.get(path).body()).as("no classic form of an ECDSA key").doesNotContain("classic.json");

        HttpResponse<String> held =
                follow(admin.submit(path, path + "/revocation", Map.of("reason", "certificateHold")));
        assertThat(held.body())
                .contains("The certificate is on hold.", "Release…", "Revoke for good…", ">on hold<")
                .doesNotContain("value=\"certificateHold\"");
        assertThat(admin.get("/devices?query=held").statusCode()).isEqualTo(200);

        HttpResponse<String> released = follow(admin.submit(path, path + "/release", Map.of()));
        assertThat(released.body()).contains("The hold is over.", ">valid<");
        assertThat(server.bean(Revocation.class).find(entry.serialNumber())).isEmpty();

        assertThat(follow(admin.submit(path, path + "/release", Map.of())).body())
                .contains("It is not on hold");
    }

    @Test
    void a_certificate_in_a_file_leads_to_its_page() throws Exception {
        CertificateEntry entry = issue("file-01");
        String pem = admin.get("/certificates/" + entry.serialNumber() + "/chain.pem")
                .body();
        assertThat(follow(admin.submit("/certificates/revoke", "/certificates/lookup", Map.of("pem", pem)))
                        .body())
                .contains("file-01", "Revoke…");

        String root = admin.get("/pki/ca.pem").body();
        HttpResponse<String> foreign =
                admin.submit("/certificates/revoke", "/certificates/lookup", Map.of("pem", root));
        assertThat(foreign.statusCode()).isEqualTo(422);
        assertThat(foreign.body()).contains("This certificate was not issued here.", "BEGIN CERTIFICATE");
        assertThat(admin.submit("/certificates/revoke", "/certificates/lookup", Map.of("pem", "x"))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void all_of_a_device_is_revoked_from_its_page() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("whole-01"));
        assertThat(device.name()).isEqualTo("whole-01");
        // A device is listed a moment after it got its certificate.
        await().until(() -> admin.get("/devices/whole-01").statusCode() == 200);
        HttpResponse<String> page = follow(admin.submit(
                "/devices/whole-01", "/devices/whole-01/revocation", Map.of("reason", "cessationOfOperation")));
        assertThat(page.body()).contains("1 certificate was revoked.").doesNotContain("data-open=\"revoke-all\"");
        assertThat(server.bean(Inventory.class).ofName("whole-01", CertificateRole.DEVICE))
                .allMatch(CertificateEntry::revoked);
    }

    @Test
    void a_name_with_a_certificate_is_a_device_before_it_has_come() throws Exception {
        CertificateEntry entry = issue("unseen-01");
        assertThat(admin.get("/certificates/" + entry.serialNumber()).body())
                .contains("\"/devices/unseen-01\"", "ECDSA P-256");
        assertThat(admin.get("/devices?query=unseen-01").body()).contains("\"/devices/unseen-01\"", "has not come yet");
        JsonNode shown = device("unseen-01");
        assertThat(shown.path("state").stringValue()).isEqualTo("active");
        assertThat(shown.path("trustLevel").stringValue()).isEqualTo("none");
        assertThat(shown.path("lastSeenAt").isNull()).isTrue();
        assertThat(shown.path("certificateSerialNumber").stringValue())
                .isEqualTo(entry.serialNumber().toString());

        HttpResponse<String> revoked = follow(
                admin.submit("/devices/unseen-01", "/devices/unseen-01/revocation", Map.of("reason", "superseded")));
        assertThat(revoked.body()).contains("1 certificate was revoked.");
        assertThat(device("unseen-01").path("state").stringValue()).isEqualTo("revoked");

        assertThat(admin.send("DELETE", "/api/v1/devices/unseen-01", "", "Authorization", ADMIN)
                        .statusCode())
                .isEqualTo(204);
        assertThat(device("unseen-01").path("state").stringValue()).isEqualTo("removed");
    }

    private static JsonNode device(String name) {
        HttpResponse<String> response = admin.get("/api/v1/devices/" + name, "Authorization", ADMIN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    @Test
    void a_device_that_has_not_come_would_come_with_its_newest_certificate() throws Exception {
        issue("twice-01");
        CertificateEntry newest = issue("twice-01");
        assertThat(server.bean(DeviceRegister.class).certificateOf("twice-01"))
                .hasValue(newest.serialNumber().toString());
    }

    @Test
    void what_has_a_certificate_and_has_not_come_may_be_a_classic_device_and_stop_being_one() throws Exception {
        issue("either-01");
        assertThat(server.bean(ClassicKits.class).make("either-01", false, "test"))
                .isInstanceOf(KitResult.Made.class);
        assertThat(device("either-01").path("trustLevel").stringValue()).isEqualTo("classic");
        assertThat(server.bean(DeviceRegister.class).certificateOf("either-01"))
                .as("what never ends alarms nobody")
                .isEmpty();

        server.bean(ClassicDevices.class).remove("either-01", "test");

        assertThat(device("either-01").path("trustLevel").stringValue()).isEqualTo("none");
        assertThat(server.bean(DeviceRegister.class).certificateOf("either-01")).isPresent();
    }

    @Test
    void names_that_had_certificates_before_they_were_devices_are_listed_since() throws Exception {
        issue("before-01");
        CertificateEntry newest = issue("before-01");
        CertificateEntry revoked = issue("before-02");
        server.bean(Revocation.class).revoke(revoked.serialNumber(), RevocationReason.SUPERSEDED, "test");
        JdbcClient jdbc = server.bean(JdbcClient.class);
        jdbc.sql("DELETE FROM device WHERE name LIKE 'before-%'").update();

        jdbc.sql(new ClassPathResource("db/migration/V109__devices_that_have_not_come.sql")
                        .getContentAsString(StandardCharsets.UTF_8))
                .update();

        assertThat(device("before-01").path("trustLevel").stringValue()).isEqualTo("none");
        assertThat(server.bean(DeviceRegister.class).certificateOf("before-01"))
                .hasValue(newest.serialNumber().toString());
        assertThat(server.bean(Devices.class).find("before-02")).isEmpty();
    }

    @Test
    void devices_are_found_by_their_state() throws Exception {
        issue("state-active");
        change(
                issue("state-expiring"),
                "expiring_from = CURRENT_TIMESTAMP, not_after = DATEADD(DAY, 5, CURRENT_TIMESTAMP)");
        change(issue("state-expired"), "not_after = DATEADD(MINUTE, -1, CURRENT_TIMESTAMP)");
        server.bean(Revocation.class)
                .revoke(issue("state-revoked").serialNumber(), RevocationReason.SUPERSEDED, "test");
        issue("state-removed");
        admin.send("DELETE", "/api/v1/devices/state-removed", "", "Authorization", ADMIN);
        server.bean(ClassicKits.class).make("state-disabled", false, "test");
        server.bean(ClassicDevices.class).setDisabled("state-disabled", true, "test");

        for (DeviceState state : DeviceState.values()) {
            String query = "?query=state-&state=" + state.word();
            JsonNode page = JSON.readTree(
                    admin.get("/api/v1/devices" + query, "Authorization", ADMIN).body());
            assertThat(page.path("items")).as(query).singleElement().satisfies(item -> {
                assertThat(item.path("name").stringValue()).isEqualTo("state-" + state.word());
                assertThat(item.path("state").stringValue()).isEqualTo(state.word());
            });
            assertThat(admin.get("/devices" + query).body())
                    .contains("\"/devices/state-" + state.word() + "\"")
                    .containsOnlyOnce("<tr>\n                <td class=\"lead\">");
        }
        assertThat(admin.get("/api/v1/devices?state=odd", "Authorization", ADMIN)
                        .statusCode())
                .isEqualTo(400);
    }

    private static void change(CertificateEntry entry, String columns) {
        server.bean(JdbcClient.class)
                .sql("UPDATE certificate SET " + columns + " WHERE serial_number = :serial")
                .param("serial", entry.serialNumber().toString())
                .update();
        server.bean(JdbcClient.class)
                .sql("""
                    UPDATE device SET certificate_ends = (SELECT not_after FROM certificate WHERE serial_number = :serial)
                     WHERE newest = :serial
                    """)
                .param("serial", entry.serialNumber().toString())
                .update();
    }

    @Test
    void a_serial_number_in_an_address_is_taken_as_other_programs_print_it() throws Exception {
        CertificateEntry entry = issue("printed-01");
        String colons = entry.serialNumber().toString().toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
        assertThat(admin.get("/certificates/" + colons).body()).contains("printed-01");
        assertThat(follow(admin.submit(
                                "/certificates/" + colons,
                                "/certificates/" + colons + "/revocation",
                                Map.of("reason", "superseded")))
                        .body())
                .contains("The certificate is revoked.");
    }

    @Test
    void the_authoritys_page_has_what_devices_pin_and_the_profiles() {
        String pin =
                HexFormat.of().formatHex(server.bean(CertificateAuthority.class).rootSpkiSha256());
        assertThat(admin.get("/authority").body())
                .contains("data-copy=\"" + pin + "\"", "id=\"profiles\"", "temporary", "7 days", "5 minutes");
        assertThat(JSON.readTree(admin.get("/api/v1/authority", "Authorization", ConsoleClient.basic("admin", PASSWORD))
                                .body())
                        .path("root")
                        .path("keyFingerprint")
                        .stringValue())
                .isEqualTo(pin);
    }

    @Test
    void several_devices_are_invited_at_once_and_the_invites_shown_once() throws Exception {
        HttpResponse<String> page = follow(admin.submit(
                "/invites?several", "/invites", Map.of("name", "row-1\r\nrow-2, row-3\r\n", "several", "1")));
        String file = new String(
                Base64.getDecoder()
                        .decode(found(page, "data:text/plain;base64,([^\"]+)\"").replace("&#43;", "+")),
                StandardCharsets.US_ASCII);
        assertThat(file.lines()).hasSize(3);
        for (String line : file.lines().toList()) {
            String[] words = line.split(" ");
            assertThat(Invite.parse(words[1]).name()).hasToString(words[0]);
            assertThat(page.body()).contains("data-copy=\"" + words[1] + "\"");
        }
        assertThat(admin.get("/invites").body()).contains("row-3").doesNotContain("wxi1.", "invites.txt");

        HttpResponse<String> refused =
                follow(admin.submit("/invites?several", "/invites", Map.of("name", "row-4\nrow-1", "several", "1")));
        assertThat(refused.body())
                .contains(
                        "No invite was made. row-1: There is an open invite",
                        "tick “Replace”",
                        "row-4\nrow-1</textarea>");
        assertThat(admin.get("/invites?query=row-4").body()).contains("No invite matches", "Show all");
    }

    @Test
    void an_invite_stands_in_the_list_as_the_filter_says() throws Exception {
        follow(admin.submit("/invites", "/invites", Map.of("name", "words-1")));
        String path = found(admin.get("/invites?query=words-1"), "action=\"(/invites/[0-9a-f]{16}/revocation)\"");
        follow(admin.submit("/invites", path, Map.of()));
        TestDevice.enrol(server.listenerPort(), server.invite("words-2"));

        String all = admin.get("/invites?query=WORDS").body();
        assertThat(all)
                .contains(">Taken back</a>", ">taken back</span>", ">Used</a>", ">used</span>")
                .doesNotContain(">redeemed<", ">revoked<", "row-1");
        assertThat(admin.get("/invites?query=words&state=revoked").body())
                .contains("words-1")
                .doesNotContain("words-2");
    }

    @Test
    void a_part_that_could_be_better_says_why_and_what_to_do() {
        assertThat(admin.get("/").body())
                .containsPattern(
                        "class=\"advice warn\"[^>]*>The keys count as unencrypted:[^<]*waxwing.keys.passphrase-file");
    }

    @Test
    void the_audit_log_is_filtered_and_leads_to_what_it_is_about() throws Exception {
        CertificateEntry entry = issue("logged-01");
        TestDevice.enrol(server.listenerPort(), server.invite("logged-02"));
        await().until(() -> admin.get("/devices/logged-02").statusCode() == 200);
        admin.submit("/invites", "/invites", Map.of("name", "logged-02"));

        assertThat(admin.get("/audit?query=" + entry.serialNumber()).body())
                .contains("href=\"/certificates/" + entry.serialNumber() + "\"");
        assertThat(admin.get("/audit?query=logged-02&outcome=refused").body())
                .contains("invite.creation-refused", "href=\"/devices/logged-02\"")
                .doesNotContain("invite.created");
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        assertThat(admin.get("/audit?query=logged-02&from=" + today + "&until=" + today)
                        .body())
                .contains("invite.created", "value=\"" + today + "\"");
        assertThat(admin.get("/audit?query=logged-02&until=2020-01-01").body()).contains("Nothing matches", "Show all");
        assertThat(admin.get("/audit?until=%2B999999999-12-31").statusCode()).isEqualTo(200);
    }

    @Test
    void the_audit_log_is_taken_away_as_it_is_filtered() throws Exception {
        admin.submit("/invites", "/invites", Map.of("name", "=HYPERLINK(\"x\")"));
        HttpResponse<String> csv = admin.get("/audit/export?query=invite.creation-refused&format=csv");
        assertThat(csv.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"waxwing-audit.csv\"");
        List<String> lines = csv.body().lines().toList();
        assertThat(lines.getFirst())
                .startsWith("id,at,actor,action,subject,outcome,")
                .endsWith(",previousHash,hash");
        assertThat(lines.subList(1, lines.size()))
                .isNotEmpty()
                .allMatch(line -> line.contains(",admin,invite.creation-refused,"));

        List<JsonNode> entries = admin.get("/audit/export?format=ndjson")
                .body()
                .lines()
                .map(JSON::readTree)
                .toList();
        assertThat(entries.getLast().path("action").stringValue()).isEqualTo("audit.exported");
        for (int i = 1; i < entries.size(); i++) {
            assertThat(entries.get(i).path("previousHash"))
                    .isEqualTo(entries.get(i - 1).path("hash"));
        }
        assertThat(admin.get("/audit/export?format=pdf").statusCode()).isEqualTo(400);
    }

    @Test
    void the_chain_of_the_audit_log_is_checked_and_compared_at_the_console() throws Exception {
        assertThat(follow(admin.submit("/audit/chain", "/audit/chain", Map.of()))
                        .statusCode())
                .isEqualTo(200);
        await().until(() -> admin.get("/audit/chain").body().contains("id=\"head-hash\""));
        HttpResponse<String> page = admin.get("/audit/chain");
        assertThat(page.body()).contains(">whole</span>");
        assertThat(page.headers().firstValue("Refresh")).isEmpty();
        String[] head = found(page, "data-copy=\"([0-9]+ [0-9a-f]{64})\"").split(" ");

        assertThat(admin.get("/audit/chain?id=" + head[0] + "&head=" + head[1]).body())
                .contains(">the same</span>");
        assertThat(admin.get("/audit/chain?id=" + head[0] + "&head=" + "0f".repeat(32))
                        .body())
                .contains(">not the same</span>", "another hash");
        assertThat(admin.get("/audit/chain?id=999999999&head=" + head[1]).body())
                .contains(">not the same</span>", "went back");
    }

    @Test
    void a_user_is_removed_only_when_the_name_was_typed() {
        Accounts accounts = server.bean(Accounts.class);
        accounts.create("test", "leaver", Role.VIEWER, PASSWORD);
        String path = "/settings/users/" + accounts.find("leaver").orElseThrow().id() + "/removal";

        assertThat(follow(admin.submit("/settings", path, Map.of("confirm", "leave")))
                        .body())
                .contains("The name typed was not leaver. Nothing was changed.");
        assertThat(accounts.find("leaver")).isPresent();
        assertThat(follow(admin.submit("/settings", path, Map.of("confirm", "leaver")))
                        .body())
                .contains("The user is removed");
        assertThat(accounts.find("leaver")).isEmpty();
    }

    @Test
    void everything_is_revoked_only_by_who_writes_the_authoritys_name() {
        String name = server.bean(CertificateAuthority.class)
                .issuingCertificate()
                .getSubjectX500Principal()
                .getName();
        assertThat(admin.get("/certificates/revoke").body()).contains("Revoke everything…", name);
        HttpResponse<String> page = follow(admin.submit(
                "/certificates/revoke",
                "/authority/issuing/revocation",
                Map.of("reason", "cACompromise", "issuer", "CN=Other")));
        assertThat(page.body()).contains("Nothing was revoked");
    }

    @Test
    void an_rsa_device_has_a_classic_form_that_an_original_would_believe() throws Exception {
        CertificateEntry entry = issue("classic-01", "RSA", 2048);
        String path = "/certificates/" + entry.serialNumber() + "/classic.json";
        assertThat(admin.get("/certificates/" + entry.serialNumber()).body()).contains(path);

        HttpResponse<byte[]> response =
                admin.bytes("/api/v1" + path, "Authorization", ConsoleClient.basic("admin", PASSWORD));
        assertThat(response.statusCode()).isEqualTo(200);
        ClassicCertificate certificate = ClassicCertificate.parse(response.body());
        assertThat(certificate.commonName()).isEqualTo("classic-01");
        KitResult kit = server.bean(ClassicKits.class).make("kit-01", false, "test");
        RSAPublicKey authority = ClassicKeys.publicKey(new String(
                ((KitResult.Made) kit).kit().files().get("keys/ca_public_key.pem"), StandardCharsets.US_ASCII));
        assertThat(certificate.verifiedBy(authority)).isTrue();
        assertThat(admin.bytes(path).body()).isEqualTo(response.body());
        assertThat(admin.get("/audit?query=classic.certificate.rendered").body())
                .contains(entry.serialNumber().toString().substring(0, 12));

        assertThat(admin.submit(
                                "/certificates/" + entry.serialNumber(),
                                "/certificates/" + entry.serialNumber() + "/revocation",
                                Map.of("reason", "superseded"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(problem(path)).contains("revoked");
    }

    @Test
    void another_certificate_has_no_classic_form_and_a_problem_says_why() throws Exception {
        assertThat(problem("/certificates/" + issue("classic-02").serialNumber() + "/classic.json"))
                .contains("RSA-2048");
        assertThat(problem("/certificates/" + issue("classic-03", "RSA", 3072).serialNumber() + "/classic.json"))
                .contains("RSA-2048");
    }

    private static String problem(String path) {
        HttpResponse<String> response =
                admin.get("/api/v1" + path, "Authorization", ConsoleClient.basic("admin", PASSWORD));
        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        var problem = JSON.readTree(response.body());
        assertThat(problem.path("reference").stringValue()).matches("[0-9a-f]{16}");
        return problem.path("detail").stringValue();
    }
}
