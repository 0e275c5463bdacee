package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What programs get to see of what a real device sent. */
class RestInterfaceTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final JsonMapper JSON = new JsonMapper();

    private static RunningServer server;
    private static ConsoleClient http;
    private static TestSession session;
    private static byte[] photograph;

    @BeforeAll
    static void send(@TempDir Path directory) throws Exception {
        server = RunningServer.start(directory.resolve("data"));
        assertThat(server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD))
                .isInstanceOf(AccountChange.Made.class);
        http = ConsoleClient.of(server);
        photograph = Files.readAllBytes(Path.of("../demo/waxwing.jpg"));
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("gate-camera"));
        session = device.connect();
        Sending.file(device, session, "dawn.jpg", "image/jpeg", photograph);
        Sending.file(device, session, "page.jpg", "image/jpeg", "<html><script>alert(1)</script>".getBytes());
        Sending.texts(device, session, "Three waxwings on the rowan", "and one more");
    }

    @AfterAll
    static void stop() {
        session.close();
        server.close();
    }

    @Test
    void lists_transfers_newest_first_with_exactly_the_documented_members() {
        JsonNode page = json("/api/v1/transfers?device=gate-camera");

        assertThat(page.propertyNames()).containsExactlyInAnyOrder("items", "page", "size", "total");
        assertThat(page.path("total").asInt()).isEqualTo(3);
        JsonNode text = page.path("items").get(0);
        assertThat(text.path("kind").stringValue()).isEqualTo("text");
        JsonNode image = page.path("items").get(2);
        assertThat(image.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "device",
                        "kind",
                        "state",
                        "name",
                        "mediaType",
                        "typeMismatch",
                        "size",
                        "sha256",
                        "trustLevel",
                        "receivedAt",
                        "acceptedAt",
                        "receiptId",
                        "reason");
        assertThat(image.path("device").stringValue()).isEqualTo("gate-camera");
        assertThat(image.path("kind").stringValue()).isEqualTo("image");
        assertThat(image.path("state").stringValue()).isEqualTo("accepted");
        assertThat(image.path("size").asInt()).isEqualTo(photograph.length);
        assertThat(image.path("sha256").stringValue())
                .isEqualTo(TestDevice.sha256(photograph).hex());
    }

    @Test
    void filters_and_pages_transfers() {
        assertThat(json("/api/v1/transfers?kind=image").path("total").asInt()).isEqualTo(1);
        assertThat(json("/api/v1/transfers?state=rejected").path("total").asInt())
                .isZero();
        assertThat(json("/api/v1/transfers?device=nobody").path("total").asInt())
                .isZero();
        JsonNode second = json("/api/v1/transfers?device=gate-camera&size=2&page=1");
        assertThat(second.path("items").size()).isEqualTo(1);
        assertThat(second.path("page").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?kind=painting", "?state=lost", "?page=first"})
    void a_value_that_does_not_exist_is_a_problem(String query) {
        HttpResponse<String> response = http.get("/api/v1/transfers" + query, "Authorization", ADMIN);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).path("reference").stringValue())
                .matches("[0-9a-f]{16}");
    }

    @Test
    void serves_the_photograph_byte_for_byte_and_in_ranges() {
        String path = "/api/v1/transfers/" + id("image") + "/content";
        HttpResponse<byte[]> whole = http.bytes(path, "Authorization", ADMIN);
        HttpResponse<byte[]> part = http.bytes(path, "Authorization", ADMIN, "Range", "bytes=100-199");

        assertThat(whole.body()).isEqualTo(photograph);
        assertThat(whole.headers().firstValue("Content-Type")).hasValue("image/jpeg");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(photograph, 100, 200));
        assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 100-199/" + photograph.length);
    }

    @Test
    void serves_a_page_that_calls_itself_a_photograph_as_bytes_to_save() {
        String id = id("file");
        HttpResponse<String> content = http.get("/api/v1/transfers/" + id + "/content", "Authorization", ADMIN);

        assertThat(json("/api/v1/transfers/" + id).path("typeMismatch").asBoolean())
                .isTrue();
        assertThat(content.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        assertThat(content.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("attachment");
        assertThat(content.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(content.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox");
    }

    @Test
    void serves_the_receipt_and_its_signature() {
        String path = "/api/v1/transfers/" + id("image") + "/receipt";
        JsonNode receipt = json(path);
        HttpResponse<byte[]> signature =
                http.bytes(path, "Authorization", ADMIN, "Accept", "application/pkcs7-signature");

        assertThat(receipt.propertyNames())
                .containsExactlyInAnyOrder(
                        "version", "receiptId", "manifestSha256", "sessionId", "acceptedAt", "trustLevel");
        assertThat(signature.headers().firstValue("Content-Type")).hasValue("application/pkcs7-signature");
        assertThat(signature.body()[0]).isEqualTo((byte) 0x30);
    }

    @Test
    void packs_the_evidence_bundle() throws IOException {
        HttpResponse<byte[]> bundle =
                http.bytes("/api/v1/transfers/" + id("image") + "/evidence", "Authorization", ADMIN);

        assertThat(bundle.headers().firstValue("Content-Type")).hasValue("application/zip");
        assertThat(names(bundle.body()))
                .contains(
                        "content/dawn.jpg",
                        "manifest.json",
                        "manifest.p7s",
                        "receipt.json",
                        "receipt.p7s",
                        "ca.pem",
                        "chain.pem",
                        "status/device.ocsp.der",
                        "status/ca.crl.der",
                        "README.txt");
    }

    @Test
    void verifies_again() {
        HttpResponse<String> response =
                http.send("POST", "/api/v1/transfers/" + id("image") + "/verification", "", "Authorization", ADMIN);

        JsonNode verification = JSON.readTree(response.body());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(verification.path("passed").asBoolean()).isTrue();
        assertThat(verification.path("trustLevel").stringValue()).isEqualTo("wxp2");
        assertThat(verification.path("checks").size()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void lists_devices_and_live_sessions() {
        JsonNode device = json("/api/v1/devices?query=gate").path("items").get(0);
        JsonNode live = sessionOf("gate-camera");

        assertThat(device.propertyNames())
                .containsExactlyInAnyOrder(
                        "name", "state", "trustLevel", "lastSeenAt", "certificateSerialNumber", "certificateEnds");
        assertThat(device.path("state").stringValue()).isEqualTo("active");
        assertThat(json("/api/v1/devices/gate-camera")).isEqualTo(device);
        assertThat(live.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "device",
                        "trustLevel",
                        "suite",
                        "epoch",
                        "ratchets",
                        "keyBytes",
                        "startedAt",
                        "remoteAddress");
        assertThat(live.path("device").stringValue()).isEqualTo("gate-camera");
        assertThat(live.path("trustLevel").stringValue()).isEqualTo("wxp2");
    }

    @Test
    void a_sessions_keys_can_be_renewed() throws Exception {
        TestDevice other = TestDevice.enrol(server.listenerPort(), server.invite("door-camera"));
        try (TestSession live = other.connect()) {
            Sending.texts(other, live, "before");
            JsonNode before = sessionOf("door-camera");
            String path = "/api/v1/sessions/" + before.path("id").stringValue() + "/ratchet";

            HttpResponse<String> answer = http.send("POST", path, "", "Authorization", ADMIN);

            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode renewed = JSON.readTree(answer.body());
            assertThat(renewed.path("id")).isEqualTo(before.path("id"));
            assertThat(renewed.path("ratchets").asLong()).isEqualTo(1);
            assertThat(renewed.path("epoch").asInt())
                    .isEqualTo(before.path("epoch").asInt() + 1);
            Sending.texts(other, live, "after");
            assertThat(live.channel().ratchets()).isEqualTo(1);
            assertThat(json("/api/v1/audit?query=session.rekeyed")
                            .path("items")
                            .get(0)
                            .path("subject")
                            .stringValue())
                    .isEqualTo("door-camera");
        }
        assertThat(http.send("POST", "/api/v1/sessions/00/ratchet", "", "Authorization", ADMIN)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_session_can_be_ended() throws Exception {
        TestDevice other = TestDevice.enrol(server.listenerPort(), server.invite("roof-camera"));
        try (TestSession live = other.connect()) {
            Sending.texts(other, live, "here");
            String id = sessionOf("roof-camera").path("id").stringValue();

            assertThat(http.send("DELETE", "/api/v1/sessions/" + id, "", "Authorization", ADMIN)
                            .statusCode())
                    .isEqualTo(204);
            assertThat(live.expectEnd()).isNotNull();
            assertThat(http.send("DELETE", "/api/v1/sessions/" + id, "", "Authorization", ADMIN)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void checks_the_audit_logs_chain_and_compares_what_was_noted() {
        JsonNode chain = json("/api/v1/audit/chain");
        assertThat(chain.path("intact").asBoolean()).isTrue();
        assertThat(chain.path("headId").asLong()).isPositive();
        String head = chain.path("headHash").stringValue();
        String noted = "/api/v1/audit/chain?id=" + chain.path("headId").asLong() + "&head=";
        assertThat(json(noted + head).path("noted").stringValue()).isEqualTo("same");
        assertThat(json(noted + "00".repeat(32)).path("noted").stringValue()).isEqualTo("another");
        assertThat(http.get("/api/v1/audit/chain?id=1", "Authorization", ADMIN).statusCode())
                .isEqualTo(400);
    }

    @Test
    void searches_the_audit_log_by_outcome_and_time_and_gives_all_of_it_away() {
        JsonNode first =
                json("/api/v1/audit?query=invite.created").path("items").get(0);
        String at = first.path("at").stringValue();
        assertThat(json("/api/v1/audit?query=invite.created&outcome=success&from=" + at)
                        .path("total")
                        .asInt())
                .isEqualTo(1);
        assertThat(json("/api/v1/audit?query=invite.created&until=" + at)
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(json("/api/v1/audit?query=invite.created&outcome=refused")
                        .path("total")
                        .asInt())
                .isZero();
        for (String wrong : List.of("?outcome=odd", "?from=yesterday", "/export?format=pdf")) {
            assertThat(http.get("/api/v1/audit" + wrong, "Authorization", ADMIN).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        List<String> lines = http.get("/api/v1/audit/export?format=ndjson&query=invite.created", "Authorization", ADMIN)
                .body()
                .lines()
                .toList();
        assertThat(lines).isNotEmpty();
        assertThat(JSON.readTree(lines.getFirst()).path("hash").stringValue()).hasSize(64);
    }

    @Test
    void searches_the_audit_log() {
        JsonNode event =
                json("/api/v1/audit?query=upload.accepted").path("items").get(0);

        assertThat(event.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "at",
                        "actor",
                        "action",
                        "subject",
                        "outcome",
                        "reference",
                        "reason",
                        "source",
                        "before",
                        "after",
                        "count",
                        "firstAt",
                        "lastAt");
        assertThat(event.path("source").stringValue()).startsWith("127.0.0.1:");
        assertThat(event.path("actor").stringValue()).isEqualTo("device:gate-camera");
        assertThat(event.path("outcome").stringValue()).isEqualTo("success");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/transfers/00",
                "/api/v1/transfers/00/content",
                "/api/v1/transfers/00/receipt",
                "/api/v1/transfers/00/evidence",
                "/api/v1/transfers/..%2f..%2fetc%2fpasswd",
                "/api/v1/devices/nobody",
                "/api/v1/certificates/00"
            })
    void what_does_not_exist_is_a_problem_document(String path) {
        HttpResponse<String> response = http.get(path, "Authorization", ADMIN);

        assertThat(response.statusCode()).isIn(400, 404);
        assertThat(response.body()).doesNotContain("root:");
    }

    @Test
    void every_operation_is_described_with_refusals_and_examples_that_fit() {
        JsonNode description = json("/v3/api-docs");
        SchemaCheck check = new SchemaCheck(description);
        SoftAssertions softly = new SoftAssertions();
        Set<String> ids = new HashSet<>();
        forEachOperation(description, (name, operation) -> {
            softly.assertThat(operation.path("summary").asString("")).as(name).isNotBlank();
            softly.assertThat(ids.add(operation.path("operationId").asString("")))
                    .as(name + " has an id of its own")
                    .isTrue();
            JsonNode answers = operation.path("responses");
            softly.assertThat(answers.propertyNames()).as(name).anyMatch(status -> status.startsWith("2"));
            if (name.contains("/api/")) {
                softly.assertThat(answers.propertyNames()).as(name).contains("401", "403", "503");
                // The certificate that is presented for its revocation may be nobody's; else what is named is in the
                // path.
                softly.assertThat(answers.has("404"))
                        .as(name)
                        .isEqualTo(name.contains("{") || name.endsWith("/certificates/revocation"));
            }
            examples(
                    softly,
                    check,
                    name + " request",
                    operation.path("requestBody").path("content"));
            for (String status : answers.propertyNames()) {
                JsonNode content = answers.path(status).path("content");
                examples(softly, check, name + " " + status, content);
                if (status.startsWith("4") || status.startsWith("5")) {
                    softly.assertThat(content.propertyNames())
                            .as(name + " " + status)
                            .containsExactly("application/problem+json");
                }
            }
        });
        softly.assertAll();
    }

    private static void examples(SoftAssertions softly, SchemaCheck check, String name, JsonNode content) {
        for (String type : content.propertyNames()) {
            JsonNode body = content.path(type);
            if (type.endsWith("json") && !name.contains("/receipt")) {
                softly.assertThat(body.has("example"))
                        .as(name + " has an example")
                        .isTrue();
                softly.assertThat(check.faults(body.path("example"), body.path("schema")))
                        .as(name)
                        .isEmpty();
                softly.assertThat(body.path("example").toString())
                        .as(name + ": give each member an example, by @Schema")
                        .doesNotContain("\"text\"");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/transfers",
                "/api/v1/devices",
                "/api/v1/devices/gate-camera",
                "/api/v1/sessions",
                "/api/v1/authority",
                "/api/v1/certificates",
                "/api/v1/invites",
                "/api/v1/profiles",
                "/api/v1/tokens",
                "/api/v1/users",
                "/api/v1/users/admin",
                "/api/v1/audit?size=200"
            })
    void what_is_answered_is_what_is_described(String path) {
        http.send(
                "POST",
                "/api/v1/tokens",
                "{\"label\": \"fits\"}",
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
        JsonNode description = json("/v3/api-docs");
        String described = path.replaceFirst("\\?.*", "").replaceFirst("/(gate-camera|admin)$", "/{name}");
        JsonNode schema = description
                .path("paths")
                .path(described)
                .path("get")
                .path("responses")
                .path("200")
                .path("content")
                .path("application/json")
                .path("schema");

        assertThat(new SchemaCheck(description).faults(json(path), schema)).isEmpty();
    }

    @Test
    void a_refusal_is_what_is_described() {
        JsonNode description = json("/v3/api-docs");
        JsonNode problem = description.path("components").path("schemas").path("Problem");
        SchemaCheck check = new SchemaCheck(description);

        for (String path : List.of(
                "/api/v1/nothing",
                "/api/v1/devices/nobody",
                "/api/v1/certificates/00",
                "/api/v1/transfers?kind=painting")) {
            HttpResponse<String> answer = http.get(path, "Authorization", ADMIN);
            assertThat(check.faults(JSON.readTree(answer.body()), problem))
                    .as(path + answer.body())
                    .isEmpty();
        }
        assertThat(check.faults(JSON.readTree(http.get("/api/v1/devices").body()), problem))
                .isEmpty();
    }

    private static void forEachOperation(JsonNode description, BiConsumer<String, JsonNode> action) {
        JsonNode paths = description.path("paths");
        for (String path : paths.propertyNames()) {
            for (String method : paths.path(path).propertyNames()) {
                action.accept(method + " " + path, paths.path(path).path(method));
            }
        }
    }

    private static JsonNode json(String path) {
        HttpResponse<String> response = http.get(path, "Authorization", ADMIN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode sessionOf(String device) {
        for (JsonNode item : json("/api/v1/sessions").path("items")) {
            if (item.path("device").stringValue().equals(device)) {
                return item;
            }
        }
        throw new AssertionError(device + " has no session");
    }

    private static String id(String kind) {
        return json("/api/v1/transfers?kind=" + kind)
                .path("items")
                .get(0)
                .path("id")
                .stringValue();
    }

    private static List<String> names(byte[] zip) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            ZipEntry entry = in.getNextEntry();
            while (entry != null) {
                names.add(entry.getName());
                entry = in.getNextEntry();
            }
        }
        return names;
    }
}
