package dev.waxwing.ca.web;

import static dev.waxwing.ca.web.RunningAuthority.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.RecordedAudit;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.EnrollmentResult;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.RevocationList;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.enrollment.Invite;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RestTest {

    @TempDir
    static Path directory;

    private static RunningAuthority server;

    @BeforeAll
    static void start() {
        server = new RunningAuthority(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A problem document whose reference the audit trail knows. */
    private static JsonNode problem(HttpResponse<byte[]> response, int status) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        assertThat(response.statusCode()).as(body).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asString()).isNotBlank();
        String reference = problem.path("reference").asString();
        assertThat(reference).as(body).matches("[0-9a-f]{16}");
        assertThat(server.bean(RecordedAudit.class).events())
                .extracting(AuditEvent::reference)
                .contains(reference);
        return problem;
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void issues_shows_and_downloads_a_certificate() throws Exception {
        KeyPair pair = TestRequests.p256();
        String csr = TestRequests.pem(TestRequests.request("CN=rest-01", pair));
        HttpResponse<byte[]> response =
                server.post("/api/v1/certificates", Map.of("csr", csr, "profile", "camera", "validity", "PT48H"));
        assertThat(response.statusCode()).isEqualTo(201);
        JsonNode issued = json(response);
        String serial = issued.path("serialNumber").asString();
        assertThat(response.headers().firstValue("Location")).hasValue("/api/v1/certificates/" + serial);
        assertThat(issued.propertyNames())
                .containsExactlyInAnyOrder("serialNumber", "subject", "notBefore", "notAfter", "pem", "chainPem");
        assertThat(issued.path("subject").asString()).isEqualTo("CN=rest-01");
        Instant notAfter = Instant.parse(issued.path("notAfter").asString());
        assertThat(notAfter)
                .isBetween(
                        Instant.now().plus(Duration.ofHours(47)), Instant.now().plus(Duration.ofHours(48)));
        X509Certificate certificate = certificate(issued.path("pem").asString());
        assertThat(certificate.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(issued.path("chainPem").asString())
                .startsWith(issued.path("pem").asString())
                .containsPattern("(?s)BEGIN CERTIFICATE.*BEGIN CERTIFICATE");

        JsonNode shown = json(server.get("/api/v1/certificates/" + serial));
        assertThat(shown.propertyNames())
                .containsExactlyInAnyOrder(
                        "serialNumber",
                        "subject",
                        "device",
                        "role",
                        "profile",
                        "status",
                        "key",
                        "spkiSha256",
                        "issuerId",
                        "issuer",
                        "issuedBy",
                        "createdAt",
                        "notBefore",
                        "notAfter",
                        "revokedAt",
                        "revocationReason",
                        "supersededBy");
        assertThat(shown.path("status").asString()).isEqualTo("valid");
        assertThat(shown.path("role").asString()).isEqualTo("device");
        assertThat(shown.path("key").asString()).isEqualTo("ecdsa-p256");
        assertThat(shown.path("spkiSha256").asString()).isEqualTo(Certificates.spkiSha256(pair.getPublic()));
        String issuer = server.bean(CertificateAuthority.class)
                .issuingCertificate()
                .getSubjectX500Principal()
                .getName();
        assertThat(shown.path("issuer").asString()).isEqualTo(issuer);
        assertThat(issuer).endsWith(" " + shown.path("issuerId").asString());
        assertThat(shown.path("issuedBy").asString()).isNotBlank();
        assertThat(Instant.parse(shown.path("createdAt").asString()))
                .isBetween(Instant.now().minus(Duration.ofMinutes(5)), Instant.now());
        assertThat(shown.path("supersededBy").isNull()).isTrue();
        assertThat(json(server.get("/api/v1/certificates?query=rest-01"))
                        .path("items")
                        .get(0))
                .isEqualTo(shown);
        assertThat(shown.path("device").asString()).isEqualTo("rest-01");

        HttpResponse<byte[]> pem = server.send(HttpRequest.newBuilder(server.uri("/api/v1/certificates/" + serial))
                .header("Accept", "application/x-pem-file"));
        assertThat(pem.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/x-pem-file");
        assertThat(new String(pem.body(), StandardCharsets.US_ASCII))
                .isEqualTo(issued.path("pem").asString());
    }

    @Test
    void a_serial_number_in_an_address_is_taken_as_other_programs_print_it() {
        JsonNode issued = server.issue("printed-01");
        String serial = issued.path("serialNumber").asString();
        String colons = serial.toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
        for (String spelled : List.of(serial.toUpperCase(Locale.ROOT), colons)) {
            String path = "/api/v1/certificates/" + spelled;
            assertThat(json(server.get(path)).path("serialNumber").asString()).isEqualTo(serial);
            assertThat(server.get(path + "/chain.pem").statusCode()).isEqualTo(200);
            assertThat(json(server.post(path + "/revocation", Map.of("reason", "superseded")))
                            .path("serialNumber")
                            .asString())
                    .isEqualTo(serial);
        }
        problem(server.get("/api/v1/certificates/" + serial.substring(2) + ":"), 404);
    }

    @Test
    void a_successor_is_named_by_the_certificate_whose_place_it_took() {
        SerialNumber former = serialNumber(server.issue("follow-01"));
        SerialNumber next = serialNumber(server.issue("follow-01"));
        server.bean(Inventory.class).supersede(former, next);

        JsonNode shown = json(server.get("/api/v1/certificates/" + former));
        assertThat(shown.path("status").asString()).isEqualTo("superseded");
        assertThat(shown.path("supersededBy").asString()).isEqualTo(next.toString());
        assertThat(json(server.get("/api/v1/certificates?query=follow-01&status=superseded"))
                        .path("items"))
                .singleElement()
                .isEqualTo(shown);
        assertThat(json(server.get("/api/v1/certificates?query=follow-01&status=valid"))
                        .path("total")
                        .asLong())
                .isEqualTo(1);
        assertThat(problem(server.get("/api/v1/certificates?status=unknown"), 400)
                        .path("detail")
                        .asString())
                .contains("valid, expiring, superseded, expired, revoked");
    }

    private static SerialNumber serialNumber(JsonNode issued) {
        return SerialNumber.parse(issued.path("serialNumber").asString()).orElseThrow();
    }

    @Test
    void no_device_gets_the_servers_name() {
        String csr = TestRequests.pem(TestRequests.request("CN=waxwing", TestRequests.p256()));
        List<HttpResponse<byte[]>> refused = List.of(
                server.post("/api/v1/invites", Map.of("name", "waxwing")),
                server.post("/api/v1/invites", Map.of("name", "waxwing", "replace", true)),
                server.post("/api/v1/certificates", Map.of("csr", csr, "profile", "camera")),
                server.post(
                        "/api/v1/certificates", Map.of("key", "ecdsa-p256", "name", "waxwing", "profile", "camera")));
        for (HttpResponse<byte[]> response : refused) {
            assertThat(problem(response, 409).path("detail").asString()).contains("The server's own certificates");
        }
        assertThat(server.post("/api/v1/certificates", Map.of("csr", csr, "profile", "server"))
                        .statusCode())
                .as("a server may have it")
                .isEqualTo(201);
    }

    @Test
    void lists_pages_of_certificates() {
        server.issue("list-01");
        server.issue("list-02");
        JsonNode page = json(server.get("/api/v1/certificates?query=list-0&status=valid&page=0&size=1"));
        assertThat(page.propertyNames()).containsExactlyInAnyOrder("items", "page", "size", "total");
        assertThat(page.path("items").size()).isEqualTo(1);
        assertThat(page.path("total").asLong()).isEqualTo(2);
        assertThat(json(server.get("/api/v1/certificates?query=list-0&status=expired"))
                        .path("total")
                        .asLong())
                .isZero();
    }

    @Test
    void revokes_within_seconds_on_the_list() throws Exception {
        JsonNode issued = server.issue("revoke-01");
        String path = "/api/v1/certificates/" + issued.path("serialNumber").asString() + "/revocation";

        HttpResponse<byte[]> response = server.post(path, Map.of("reason", "keyCompromise"));
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode revoked = json(response);
        assertThat(revoked.path("status").asString()).isEqualTo("revoked");
        assertThat(revoked.path("revocationReason").asString()).isEqualTo("keyCompromise");
        assertThat(server.post(path, Map.of("reason", "keyCompromise")).statusCode())
                .isEqualTo(200);
        problem(server.post(path, Map.of("reason", "superseded")), 409);
        problem(server.post(path, Map.of("reason", "certificateHold")), 409);
        for (String reason : List.of("removeFromCRL", "aACompromise", "KeyCompromise", "1")) {
            problem(server.post(path, Map.of("reason", reason)), 400);
        }

        X509Certificate certificate = certificate(issued.path("pem").asString());
        Awaited.within(
                Duration.ofSeconds(5),
                () -> PkixCheck.crl(server.get("/pki/crl").body()).isRevoked(certificate));
    }

    private static HttpResponse<byte[]> get(String path, String accept) {
        return server.send(HttpRequest.newBuilder(server.uri(path)).header("Accept", accept));
    }

    private static HttpResponse<byte[]> delete(String path) {
        return server.send(HttpRequest.newBuilder(server.uri(path)).DELETE());
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-pem-file, certificate.pem, forms-01.pem",
        "application/pem-certificate-chain, chain.pem, forms-01-chain.pem",
        "application/pkix-cert, certificate.der, forms-01.crt",
        "application/pkcs7-mime, chain.p7c, forms-01.p7c"
    })
    void a_certificate_is_had_in_each_form_by_accept_and_by_address(String type, String address, String file) {
        String path = "/api/v1/certificates/"
                + server.issue("forms-01").path("serialNumber").asString();
        HttpResponse<byte[]> byAccept = get(path, type);
        HttpResponse<byte[]> byAddress = server.get(path + "/" + address);

        assertThat(byAccept.statusCode()).isEqualTo(200);
        assertThat(byAccept.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
        assertThat(byAccept.headers().firstValue("Content-Disposition").orElseThrow())
                .isEqualTo("attachment; filename=\"" + file + "\"");
        assertThat(byAddress.body()).isEqualTo(byAccept.body()).isNotEmpty();
        assertThat(byAddress.headers().firstValue("Content-Type"))
                .isEqualTo(byAccept.headers().firstValue("Content-Type"));
        assertThat(get(path, "*/*").headers().firstValue("Content-Type").orElseThrow())
                .as("JSON unless asked otherwise")
                .startsWith("application/json");
        problem(get("/api/v1/certificates/00ff", type), 404);
        problem(server.get("/api/v1/certificates/00ff/" + address), 404);
    }

    @Test
    void a_key_made_here_comes_with_its_certificate_and_only_in_that_answer() throws Exception {
        HttpResponse<byte[]> response = server.post(
                "/api/v1/certificates",
                Map.of("key", "ecdsa-p384", "name", "made-01", "profile", "gateway", "validity", "P2D"));
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode made = json(response);
        assertThat(made.propertyNames())
                .containsExactlyInAnyOrder(
                        "serialNumber", "subject", "notBefore", "notAfter", "pem", "chainPem", "pkcs12", "password");
        char[] password = made.path("password").asString().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(
                new ByteArrayInputStream(
                        Base64.getDecoder().decode(made.path("pkcs12").asString())),
                password);
        assertThat(store.getKey("made-01", password)).isNotNull();
        assertThat(store.getCertificate("made-01"))
                .isEqualTo(certificate(made.path("pem").asString()));
        String path = response.headers().firstValue("Location").orElseThrow();
        assertThat(json(server.get(path)).propertyNames()).doesNotContain("pkcs12", "password");
    }

    @Test
    void a_key_made_here_is_had_as_a_file_under_a_password_of_ones_own() throws Exception {
        String password = "plum tree by the harbour";
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/api/v1/certificates"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/x-pkcs12");
        Map<String, String> order =
                Map.of("key", "ecdsa-p256", "name", "made-02", "profile", "camera", "password", password);
        HttpResponse<byte[]> response =
                server.send(request.POST(BodyPublishers.ofByteArray(RunningAuthority.JSON.writeValueAsBytes(order))));

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-pkcs12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(response.body()), password.toCharArray());
        assertThat(store.getCertificateChain("made-02")).hasSize(2);
        assertThat(server.bean(RecordedAudit.class).events().toString()).doesNotContain(password);

        Map<String, String> without = Map.of("key", "ecdsa-p256", "name", "made-03", "profile", "camera");
        problem(
                server.send(request.POST(BodyPublishers.ofByteArray(RunningAuthority.JSON.writeValueAsBytes(without)))),
                400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'key': 'ecdsa-p256', 'profile': 'camera'} | 400",
                "{'name': 'made-09', 'profile': 'camera'} | 400",
                "{'csr': 'x', 'name': 'made-09', 'profile': 'camera'} | 400",
                "{'csr': 'x', 'key': 'ecdsa-p256', 'name': 'made-09', 'profile': 'camera'} | 400",
                "{'csr': 'x', 'password': 'plum tree by the harbour', 'profile': 'camera'} | 400",
                "{'key': 'rsa-1024', 'name': 'made-09', 'profile': 'camera'} | 400",
                "{'key': 'ecdsa-p256', 'name': 'Made 9', 'profile': 'camera'} | 422",
                "{'key': 'ecdsa-p256', 'name': 'made-09', 'profile': 'nothing'} | 422",
                "{'key': 'ecdsa-p256', 'name': 'made-09', 'profile': 'camera', 'password': 'short'} | 422",
                "{'key': 'ecdsa-p256', 'name': 'made-09', 'profile': 'camera', 'validity': 'P400D'} | 422"
            })
    void refuses_orders_for_keys_that_are_not_clear(String body, int status) {
        problem(server.post("/api/v1/certificates", body.replace('\'', '"')), status);
        assertThat(json(server.get("/api/v1/certificates?query=made-09"))
                        .path("total")
                        .asInt())
                .isZero();
    }

    @Test
    void a_hold_is_released_by_taking_the_revocation_away() throws Exception {
        JsonNode issued = server.issue("hold-01");
        String path = "/api/v1/certificates/" + issued.path("serialNumber").asString() + "/revocation";
        problem(delete(path), 409);
        JsonNode held = json(server.post(path, Map.of("reason", "certificateHold")));
        assertThat(held.path("status").asString()).isEqualTo("revoked");
        assertThat(held.path("revocationReason").asString()).isEqualTo("certificateHold");
        X509Certificate certificate = certificate(issued.path("pem").asString());
        Awaited.within(
                Duration.ofSeconds(5),
                () -> PkixCheck.crl(server.get("/pki/crl").body()).isRevoked(certificate));

        HttpResponse<byte[]> released = delete(path);
        assertThat(released.statusCode()).isEqualTo(200);
        assertThat(json(released).path("status").asString()).isEqualTo("valid");
        assertThat(json(released).path("revokedAt").isNull()).isTrue();
        Awaited.within(
                Duration.ofSeconds(5),
                () -> !PkixCheck.crl(server.get("/pki/crl").body()).isRevoked(certificate));

        server.post(path, Map.of("reason", "certificateHold"));
        assertThat(json(server.post(path, Map.of("reason", "superseded")))
                        .path("revocationReason")
                        .asString())
                .isEqualTo("superseded");
        problem(delete(path), 409);
        problem(server.post(path, Map.of("reason", "certificateHold")), 409);
        problem(delete("/api/v1/certificates/00ff/revocation"), 404);
    }

    @Test
    void a_certificate_is_revoked_by_showing_it() throws Exception {
        JsonNode issued = server.issue("shown-01");
        String path = "/api/v1/certificates/revocation";
        for (String field : List.of("pem", "chainPem")) {
            JsonNode revoked = json(
                    server.post(path, Map.of("certificate", issued.path(field).asString(), "reason", "keyCompromise")));
            assertThat(revoked.path("serialNumber")).isEqualTo(issued.path("serialNumber"));
            assertThat(revoked.path("status").asString()).isEqualTo("revoked");
        }
        String root = new String(server.get("/pki/ca.pem").body(), StandardCharsets.US_ASCII);
        problem(server.post(path, Map.of("certificate", root, "reason", "keyCompromise")), 404);
        problem(server.post(path, Map.of("certificate", "garbage", "reason", "keyCompromise")), 422);
        problem(server.post(path, Map.of("certificate", root, "reason", "boredom")), 400);
        problem(server.post(path, Map.of("certificate", "A".repeat(17_000), "reason", "superseded")), 400);

        byte[] forged =
                certificate(server.issue("shown-02").path("pem").asString()).getEncoded();
        forged[forged.length - 1] ^= 1;
        String pem = TestRequests.pem(forged).replace("CERTIFICATE REQUEST", "CERTIFICATE");
        problem(server.post(path, Map.of("certificate", pem, "reason", "keyCompromise")), 404);
    }

    @Test
    void all_of_a_device_is_revoked_at_once() {
        for (int i = 0; i < 3; i++) {
            server.issue("device-01");
        }
        String path = "/api/v1/devices/device-01/revocation";
        JsonNode held = json(server.post(path, Map.of("reason", "certificateHold")));
        assertThat(held.propertyNames()).containsExactly("items");
        assertThat(held.path("items").size()).isEqualTo(3);
        JsonNode revoked = json(server.post(path, Map.of("reason", "privilegeWithdrawn")));
        assertThat(revoked.path("items").size()).isEqualTo(3);
        assertThat(revoked.path("items").get(0).path("device").asString()).isEqualTo("device-01");
        assertThat(json(server.post(path, Map.of("reason", "privilegeWithdrawn")))
                        .path("items")
                        .size())
                .isZero();
        problem(server.post(path, Map.of("reason", "removeFromCRL")), 400);
        problem(server.post("/api/v1/devices/nobody/revocation", Map.of("reason", "superseded")), 404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | 400",
                "{} | 400",
                "[] | 400",
                "{\"csr\": \"\", \"profile\": \"camera\"} | 400",
                "{\"csr\": \"garbage\", \"profile\": \"camera\"} | 422",
                "{\"csr\": 5, \"profile\": {}} | 400",
                "{\"csr\": \"garbage\", \"profile\": \"camera\", \"validity\": \"a year\"} | 400"
            })
    void refuses_bodies_that_are_no_order(String body, int status) {
        problem(server.post("/api/v1/certificates", body), status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"csr\": \"x\", \"profile\": \"camera\", \"valid\": \"P1D\"} | unknown here, valid. Those that there"
                        + " are:",
                "{\"csr\": \"x\", \"profile\": \"camera\", \"<b>\": 1} | unknown here. Those that there are: csr, key,"
                        + " name,",
                "{\"csr\": \"x\", \"profile\": \"camera\", \"validity\": \"7d\"} | validity must be a period of time"
                        + " such as",
                "{\"csr\": \"x\", \"profile\": \"camera\", \"replace\": \"maybe\"} | replace must be true or false.",
                "{\"csr\": \"x\", \"profile\": {}} | profile must be a string.",
                "{\"csr\": \"x\" \"profile\" | not JSON: line 1, column",
                "[] | not the JSON object"
            })
    void a_body_that_is_not_understood_is_refused_with_the_place_where(String body, String said) {
        assertThat(problem(server.post("/api/v1/certificates", body), 400)
                        .path("detail")
                        .asString())
                .contains(said)
                .doesNotContain("<b>");
    }

    @Test
    void lists_the_profiles_that_can_be_asked_for() {
        JsonNode profiles = json(server.get("/api/v1/profiles")).path("items");
        assertThat(profiles)
                .extracting(profile -> profile.path("name").asString())
                .startsWith("camera", "gateway", "temporary", "server", "receipt")
                .doesNotContain("ocsp");
        JsonNode temporary = profiles.get(2);
        assertThat(temporary.path("role").asString()).isEqualTo("device");
        assertThat(temporary.path("validity").asString()).isEqualTo("PT168H");
        assertThat(temporary.path("keys")).hasSize(5);
    }

    @Test
    void says_what_is_wrong_with_a_request() {
        String weak = TestRequests.pem(TestRequests.request("CN=a", TestRequests.rsa(1024)));
        assertThat(problem(server.post("/api/v1/certificates", Map.of("csr", weak, "profile", "camera")), 422)
                        .path("detail")
                        .asString())
                .contains("weak");
        KeyPair pair = TestRequests.p256();
        String nameless = TestRequests.pem(TestRequests.request("", pair));
        problem(server.post("/api/v1/certificates", Map.of("csr", nameless, "profile", "camera")), 422);
        String good = TestRequests.pem(TestRequests.request("CN=profile-01", pair));
        problem(server.post("/api/v1/certificates", Map.of("csr", good, "profile", "ocsp")), 422);
        problem(
                server.post("/api/v1/certificates", Map.of("csr", good, "profile", "camera", "validity", "P400D")),
                422);
        server.issue("profile-01", pair);
        String taken = TestRequests.pem(TestRequests.request("CN=profile-02", pair));
        problem(server.post("/api/v1/certificates", Map.of("csr", taken, "profile", "camera")), 409);
    }

    @Test
    void refuses_what_is_not_there_and_what_is_not_spelled_right() {
        problem(server.get("/api/v1/certificates/00ff"), 404);
        problem(server.get("/api/v1/certificates/FFFF"), 404);
        problem(server.get("/api/v1/certificates?status=odd"), 400);
        assertThat(problem(server.get("/api/v1/certificates?page=-1"), 400)
                        .path("detail")
                        .asString())
                .isEqualTo("page must be 0 or more");
        assertThat(problem(server.post("/api/v1/invites", "{}"), 400)
                        .path("detail")
                        .asString())
                .isEqualTo("name must be given");
        problem(server.get("/api/v1/certificates?page=x"), 400);
        problem(server.get("/api/v1/certificates?size=100000"), 400);
        problem(server.get("/api/v1/absent"), 404);
        problem(
                server.send(HttpRequest.newBuilder(server.uri("/api/v1/certificates"))
                        .DELETE()),
                405);
        problem(
                server.send(HttpRequest.newBuilder(server.uri("/api/v1/certificates"))
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("hello"))),
                415);
    }

    @Test
    void refuses_bodies_that_are_too_large() {
        String large = "{\"csr\": \"" + "A".repeat(70_000) + "\", \"profile\": \"camera\"}";
        problem(server.post("/api/v1/certificates", large), 413);
        byte[] bytes = large.getBytes(StandardCharsets.US_ASCII);
        problem(
                server.send(HttpRequest.newBuilder(server.uri("/api/v1/certificates"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))),
                413);
        problem(server.post("/api/v1/certificates", Map.of("csr", "A".repeat(17_000), "profile", "camera")), 400);
    }

    @Test
    void an_invite_is_made_listed_redeemed_and_taken_back() throws Exception {
        HttpResponse<byte[]> response =
                server.post("/api/v1/invites", Map.of("name", "invite-01", "expiresIn", "PT1H"));
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode made = json(response);
        Invite invite = Invite.parse(made.path("invite").asString());
        assertThat(made.path("caFingerprint").asString())
                .isEqualTo(HexFormat.of().formatHex(invite.rootSpkiSha256()));
        assertThat(invite.addresses()).hasToString("[127.0.0.1:9999, [::1]:9999]");
        String path = "/api/v1/invites/" + made.path("id").asString();
        assertThat(json(server.get(path)).path("state").asString()).isEqualTo("open");
        assertThat(new String(server.get("/api/v1/invites").body(), StandardCharsets.UTF_8))
                .contains("invite-01")
                .doesNotContain("wxi1.");

        problem(server.post("/api/v1/invites", Map.of("name", "invite-01")), 409);
        problem(server.post("/api/v1/invites", Map.of("name", "In Vite")), 422);
        problem(server.post("/api/v1/invites", Map.of("name", "")), 400);
        problem(server.get("/api/v1/invites?state=odd"), 400);
        problem(server.get("/api/v1/invites/00"), 404);

        byte[] session = new byte[16];
        byte[] request = TestRequests.enrolment("CN=invite-01", TestRequests.p256(), session);
        assertThat(server.bean(Enrollment.class).redeem(invite.token().bytes(), request, session))
                .isInstanceOf(EnrollmentResult.Enrolled.class);
        problem(server.send(HttpRequest.newBuilder(server.uri(path)).DELETE()), 409);

        JsonNode other = json(server.post("/api/v1/invites", Map.of("name", "invite-01", "replace", true)));
        String otherPath = "/api/v1/invites/" + other.path("id").asString();
        assertThat(server.send(HttpRequest.newBuilder(server.uri(otherPath)).DELETE())
                        .statusCode())
                .isEqualTo(204);
        assertThat(json(server.get("/api/v1/invites?state=revoked&query=invite-01"))
                        .path("total")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void several_invites_are_made_at_once_or_none() throws Exception {
        HttpResponse<byte[]> response =
                server.post("/api/v1/invites/batch", Map.of("names", List.of("row-1", "row-2"), "expiresIn", "PT1H"));
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode made = json(response).path("invites");
        assertThat(made.size()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            JsonNode one = made.get(i);
            assertThat(one.path("name").asString()).isEqualTo("row-" + (i + 1));
            Invite invite = Invite.parse(one.path("invite").asString());
            assertThat(invite.name()).hasToString("row-" + (i + 1));
            assertThat(json(server.get("/api/v1/invites/" + one.path("id").asString()))
                            .path("state")
                            .asString())
                    .isEqualTo("open");
        }

        JsonNode taken = problem(server.post("/api/v1/invites/batch", Map.of("names", List.of("row-3", "row-2"))), 409);
        assertThat(taken.path("detail").asString())
                .isEqualTo("No invite was made. row-2: There is an open invite for that name. Take it back, or ask for"
                        + " \"replace\": true.");
        JsonNode wrong =
                problem(server.post("/api/v1/invites/batch", Map.of("names", List.of("row-3", "Row 4", "row-3"))), 422);
        assertThat(wrong.path("detail").asString())
                .contains("invalid name: A name has 1 to 63", "row-3: The name is there twice.");
        problem(server.post("/api/v1/invites/batch", Map.of("names", List.of())), 400);
        problem(server.post("/api/v1/invites/batch", Map.of("names", List.of("row-3", ""))), 400);
        problem(
                server.post(
                        "/api/v1/invites/batch",
                        Map.of(
                                "names",
                                IntStream.range(0, 101)
                                        .mapToObj(i -> "row-" + i)
                                        .toList())),
                400);
        assertThat(json(server.get("/api/v1/invites?query=row-3")).path("total").asLong())
                .isZero();

        JsonNode replacing =
                json(server.post("/api/v1/invites/batch", Map.of("names", List.of("row-2", "row-3"), "replace", true)));
        assertThat(replacing.path("invites").size()).isEqualTo(2);
        assertThat(json(server.get("/api/v1/invites?query=ROW-2&state=open"))
                        .path("total")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void invites_are_found_by_a_part_of_the_name() {
        server.post("/api/v1/invites", Map.of("name", "sought_a-1"));
        server.post("/api/v1/invites", Map.of("name", "soughtxa-1"));
        assertThat(json(server.get("/api/v1/invites?query=OUGHT_A")).path("items"))
                .singleElement()
                .satisfies(invite -> assertThat(invite.path("name").asString()).isEqualTo("sought_a-1"));
        assertThat(json(server.get("/api/v1/invites?query=sought&size=1"))
                        .path("total")
                        .asLong())
                .isEqualTo(2);
        assertThat(json(server.get("/api/v1/invites?query=sought&state=redeemed"))
                        .path("total")
                        .asLong())
                .isZero();
    }

    @Test
    void the_authority_is_public() throws Exception {
        HttpResponse<byte[]> root = server.get("/pki/ca.pem");
        assertThat(root.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/x-pem-file");
        assertThat(certificate(new String(root.body(), StandardCharsets.US_ASCII)))
                .isEqualTo(server.bean(CertificateAuthority.class).rootCertificate());
        assertThat(certificate(new String(server.get("/pki/issuing-ca.pem").body(), StandardCharsets.US_ASCII)))
                .isEqualTo(server.bean(CertificateAuthority.class).issuingCertificate());
        HttpResponse<byte[]> crl = server.get("/pki/crl");
        assertThat(crl.headers().firstValue("Content-Type")).hasValue("application/pkix-crl");
        assertThat(crl.headers().firstValue("Cache-Control")).hasValue("no-cache");
        PkixCheck.crl(server.get("/pki/root-crl").body())
                .verify(server.bean(CertificateAuthority.class)
                        .rootCertificate()
                        .getPublicKey());
    }

    @Test
    void a_list_that_has_not_changed_is_not_sent_again() {
        RevocationList list = server.bean(RevocationLists.class).root();
        String tag = "\"" + list.issuer() + "-" + list.number() + "\"";
        assertThat(server.send(HttpRequest.newBuilder(server.uri("/pki/root-crl"))
                                .header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void ocsp_refuses_what_is_no_request() {
        assertThat(server.get("/pki/ocsp/%25%25").statusCode()).isEqualTo(400);
        assertThat(server.get("/pki/ocsp/!!").statusCode()).isEqualTo(400);
        assertThat(server.get("/pki/ocsp/" + "A".repeat(3000)).statusCode()).isEqualTo(400);
        HttpResponse<byte[]> malformed = server.get(
                "/pki/ocsp/" + Base64.getEncoder().encodeToString("no request".getBytes(StandardCharsets.US_ASCII)));
        assertThat(malformed.body()).as("malformedRequest").containsExactly(0x30, 0x03, 0x0a, 0x01, 0x01);
        HttpRequest.Builder large = HttpRequest.newBuilder(server.uri("/pki/ocsp"))
                .header("Content-Type", "application/ocsp-request")
                .POST(BodyPublishers.ofByteArray(new byte[17_000]));
        assertThat(server.send(large).statusCode()).isEqualTo(413);
        large.POST(BodyPublishers.ofByteArray(new byte[70_000]));
        assertThat(server.send(large).statusCode()).isEqualTo(413);
    }
}
