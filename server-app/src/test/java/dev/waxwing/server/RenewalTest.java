package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.SessionAdmission;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.device.DeviceRemoval;
import dev.waxwing.server.device.DeviceState;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.device.EndingDevices;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.SessionId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The life of a device's certificate at a real server (section 16). */
@BesideOthers
class RenewalTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final JsonMapper JSON = new JsonMapper();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static RunningServer server;
    private static ConsoleClient http;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(directory.resolve("data"));
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        server.bean(Accounts.class).create("test", "viewer", Role.VIEWER, PASSWORD);
        http = ConsoleClient.of(server);
        http.login("admin", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static TestDevice newDevice() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("camera-" + NAMES.incrementAndGet()));
        // The device does not wait for its entry in the register.
        await().until(() -> server.bean(Devices.class).find(device.name()).isPresent());
        return device;
    }

    private static SerialNumber serialNumber(TestDevice device) {
        return SerialNumber.of(device.credential().certificate());
    }

    private static void assertRefused(TestDevice device, String reason) {
        assertThatExceptionOfType(PeerAlertException.class)
                .isThrownBy(device::connect)
                .satisfies(refused -> assertReason(refused.alert(), reason));
    }

    private static void assertReason(Alert alert, String reason) {
        assertThat(alert.code()).isEqualTo(AlertCode.AUTH_FAILED);
        await().untilAsserted(() ->
                assertThat(entry(alert.incident().toString()).reason()).contains(reason));
    }

    private static AuditEntry entry(String reference) {
        List<AuditEntry> found = server.audited(reference, 1);
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void a_device_changes_to_its_new_certificate_and_the_old_one_is_refused_without_being_revoked() throws Exception {
        TestDevice device = newDevice();
        byte[] content = {1, 2, 3};
        UploadOpen spooled = device.offer("spooled.bin", "application/octet-stream", content);
        UploadSeal signedBefore = device.seal(device.manifest(spooled, content));
        TestDevice renewed;
        try (TestSession session = device.connect()) {
            renewed = device.renew(session, TestDevice.freshKeys());
            Sending.texts(device, session, "the old session goes on");
        }
        try (TestSession still = device.connect()) {
            Sending.texts(device, still, "and the old certificate, until the new one is used");
        }
        try (TestSession session = renewed.connect()) {
            assertRefused(
                    device,
                    "SUPERSEDED: certificate " + serialNumber(device) + " is superseded by " + serialNumber(renewed));

            session.send(spooled);
            session.expect(UploadReady.class);
            session.sendData(spooled.id(), content, 0, content.length);
            session.send(signedBefore);
            session.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(server.bean(Revocation.class).isRevoked(device.credential().certificate()))
                .isFalse();
        assertThat(status(device)).as("by OCSP").isEqualTo(CertificateStatus.GOOD);
        JsonNode shown = json("/api/v1/devices/" + device.name());
        assertThat(shown.path("certificateSerialNumber").stringValue())
                .isEqualTo(serialNumber(renewed).toString());
        assertThat(http.get("/devices/" + device.name()).body()).contains("superseded");
        assertThat(http.get("/certificates/" + serialNumber(device)).body())
                .contains("Superseded by", "/certificates/" + serialNumber(renewed));
    }

    @Test
    void a_handshake_that_began_before_the_successor_was_used_is_refused_at_its_end() throws Exception {
        TestDevice device = newDevice();
        TestDevice renewed;
        try (TestSession session = device.connect()) {
            renewed = device.renew(session, TestDevice.freshKeys());
        }
        VerifiedPeer began =
                server.bean(PeerVerifier.class).verify(device.credential().chain(), Bytes.EMPTY);
        // Used, but not registered yet: the other session is at the same point.
        assertThat(server.bean(Renewals.class).use(serialNumber(renewed))).isTrue();
        assertNotAdmitted(began);
        renewed.connect().close();
        assertNotAdmitted(began);
        assertThat(json("/api/v1/devices/" + device.name())
                        .path("certificateSerialNumber")
                        .stringValue())
                .isEqualTo(serialNumber(renewed).toString());
    }

    private static void assertNotAdmitted(VerifiedPeer peer) {
        SessionId session = new SessionId(Bytes.of(new byte[16]));
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> server.bean(SessionAdmission.class).admit(peer, session))
                .returns(AlertCode.AUTH_FAILED, RefusedException::code)
                .withMessageContaining("superseded during the handshake");
    }

    private static Object status(TestDevice device) throws Exception {
        byte[] response =
                server.bean(OcspResponder.class).staple(device.credential().certificate());
        var basic = (BasicOCSPResp) new OCSPResp(response).getResponseObject();
        return basic.getResponses()[0].getCertStatus();
    }

    @Test
    void a_session_with_the_new_certificate_takes_over_from_one_with_the_old() throws Exception {
        TestDevice device = newDevice();
        TestSession old = device.connect();
        TestDevice renewed = device.renew(old, TestDevice.freshKeys());
        try (TestSession session = renewed.connect()) {
            assertThat(old.expectEnd())
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            ended -> assertThat(ended.alert().code()).isEqualTo(AlertCode.GOING_AWAY));
            Sending.texts(renewed, session, "hello");
        }
    }

    @Test
    void the_same_key_gets_the_same_certificate_in_another_session() throws Exception {
        TestDevice device = newDevice();
        KeyPair keys = TestDevice.freshKeys();
        TestDevice once;
        try (TestSession session = device.connect()) {
            once = device.renew(session, keys);
            assertThat(serialNumber(device.renew(session, keys))).isEqualTo(serialNumber(once));
        }
        try (TestSession session = device.connect()) {
            assertThat(serialNumber(device.renew(session, keys))).isEqualTo(serialNumber(once));
        }
    }

    @Test
    void a_refusal_has_a_reference_and_leaves_the_session_as_it_is() throws Exception {
        TestDevice device = newDevice();
        try (TestSession session = device.connect()) {
            KeyPair own = new KeyPair(
                    device.credential().certificate().getPublicKey(),
                    device.credential().privateKey());
            refuses(session, device, session.channel().sessionId(), own, true, RefusalReason.CONFLICT, "in use");
            KeyPair fresh = TestDevice.freshKeys();
            refuses(session, device, session.channel().sessionId(), fresh, false, RefusalReason.POLICY, "first half");
            SessionId other = new SessionId(Bytes.of(new byte[16]));
            refuses(session, device, other, fresh, true, RefusalReason.BAD_SIGNATURE, "another session");
            Sending.texts(device, session, "as if nothing had happened");
        }
    }

    private static void refuses(
            TestSession session,
            TestDevice device,
            SessionId made,
            KeyPair keys,
            boolean early,
            RefusalReason reason,
            String detail)
            throws Exception {
        Bytes request =
                TestDevice.request(new PeerName(device.name()), made, keys).pkcs10();
        session.send(new RenewalRequest(early, request));
        RenewalRefused refused = session.expect(RenewalRefused.class);
        assertThat(refused.reason()).isEqualTo(reason);
        AuditEntry entry = entry(refused.incident().toString());
        assertThat(entry.action()).isEqualTo("certificate.renewal-refused");
        assertThat(entry.reason()).contains(detail);
    }

    @Test
    void bounds_how_many_certificates_a_device_gets() throws Exception {
        TestDevice device = newDevice();
        try (TestSession session = device.connect()) {
            for (int i = 0; i < 5; i++) {
                device.renew(session, TestDevice.freshKeys());
            }
            Bytes request = TestDevice.request(
                            new PeerName(device.name()), session.channel().sessionId())
                    .pkcs10();
            session.send(new RenewalRequest(true, request));
            RenewalRefused refused = session.expect(RenewalRefused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.TOO_MANY);
            assertThat(refused.retryAfter())
                    .isBetween(Duration.ofHours(23), Duration.ofHours(24).plusSeconds(2));
        }
    }

    @Test
    void what_a_revoked_certificate_was_promised_is_refused() throws Exception {
        TestDevice device = newDevice();
        TestDevice renewed;
        try (TestSession session = device.connect()) {
            renewed = device.renew(session, TestDevice.freshKeys());
        }
        server.bean(Revocation.class).revoke(serialNumber(device), RevocationReason.KEY_COMPROMISE, "test");
        assertRefused(renewed, "whose predecessor is revoked");
        assertThat(json("/api/v1/devices/" + device.name()).path("state").stringValue())
                .isEqualTo("revoked");
    }

    /** As if its time had passed; the handshake looks at the certificate itself, which still holds. */
    private static void expire(TestDevice device) {
        JdbcClient jdbc = server.bean(JdbcClient.class);
        for (String change : List.of(
                "UPDATE certificate SET not_after = :then, expiring_from = :then WHERE serial_number = :serial",
                "UPDATE device SET certificate_ends = :then WHERE serial_number = :serial")) {
            jdbc.sql(change)
                    .param("then", Instant.now().minusSeconds(60).atOffset(ZoneOffset.UTC))
                    .param("serial", serialNumber(device).toString())
                    .update();
        }
    }

    private static HttpResponse<String> post(TestDevice device, String body, String credentials) {
        return http.send(
                "POST",
                "/api/v1/devices/" + device.name() + "/readmission",
                body,
                "Authorization",
                credentials,
                "Content-Type",
                "application/json");
    }

    private static HttpResponse<String> delete(TestDevice device) {
        return http.send("DELETE", "/api/v1/devices/" + device.name() + "/readmission", "", "Authorization", ADMIN);
    }

    private static JsonNode json(String path) {
        HttpResponse<String> response = http.get(path, "Authorization", ADMIN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static void assertNotLetIn(TestDevice device, String reason) {
        assertThatExceptionOfType(PeerAlertException.class)
                .isThrownBy(device::comeBack)
                .satisfies(refused -> assertReason(refused.alert(), "not let back in: " + reason));
    }

    @Test
    void lets_a_device_back_in_that_an_operator_allows_and_nobody_else() throws Exception {
        TestDevice device = newDevice();
        TestDevice other = newDevice();
        expire(device);
        assertNotLetIn(device, "not-let-in");

        HttpResponse<String> allowed = post(device, "{}", ADMIN);
        assertThat(allowed.statusCode()).as(allowed.body()).isEqualTo(201);
        assertThat(JSON.readTree(allowed.body()).propertyNames())
                .contains("state", "certificateSerialNumber", "createdBy", "createdAt", "expiresAt");
        JsonNode shown = json("/api/v1/devices/" + device.name()).path("readmission");
        assertThat(shown.path("state").stringValue()).isEqualTo("open");
        assertThat(Duration.between(
                        Instant.parse(shown.path("createdAt").stringValue()),
                        Instant.parse(shown.path("expiresAt").stringValue())))
                .isEqualTo(Readmissions.DEFAULT_LIFETIME);
        assertNotLetIn(other, "not-let-in");

        TestDevice back = device.comeBack();
        assertThat(serialNumber(device.comeBack())).isEqualTo(serialNumber(back));
        try (TestSession session = back.connect()) {
            Sending.texts(back, session, "back again");
            TestDevice renewed = back.renew(session, TestDevice.freshKeys());
            try (TestSession next = renewed.connect()) {
                Sending.texts(renewed, next, "with a new key");
            }
        }
        assertThat(json("/api/v1/devices/" + device.name())
                        .path("readmission")
                        .path("state")
                        .stringValue())
                .isEqualTo("used");
        assertNotLetIn(device, "other-key-since");
    }

    @Test
    void an_allowance_can_be_taken_back() throws Exception {
        TestDevice device = newDevice();
        expire(device);
        assertThat(delete(device).statusCode()).isEqualTo(404);
        assertThat(post(device, "{\"expiresIn\": \"PT1H\"}", ADMIN).statusCode())
                .isEqualTo(201);
        assertThat(delete(device).statusCode()).isEqualTo(204);
        assertNotLetIn(device, "revoked");
        assertThat(delete(device).statusCode()).isEqualTo(404);
    }

    @Test
    void refuses_to_let_in_whom_it_should_not() throws Exception {
        TestDevice good = newDevice();
        TestDevice revoked = newDevice();
        TestDevice expired = newDevice();
        server.bean(Revocation.class).revoke(serialNumber(revoked), RevocationReason.KEY_COMPROMISE, "test");
        expire(expired);
        assertProblem(post(good, "", ADMIN), 409, "needs nobody");
        assertProblem(post(revoked, "", ADMIN), 409, "was revoked");
        assertProblem(post(expired, "{\"expiresIn\": \"P31D\"}", ADMIN), 422, "30 days");
        assertProblem(post(expired, "{\"expiresIn\": \"soon\"}", ADMIN), 400, "");
        assertThat(post(expired, "", ConsoleClient.basic("viewer", PASSWORD)).statusCode())
                .isEqualTo(403);
        assertThat(post(expired, "", "Bearer nonsense").statusCode()).isEqualTo(401);
        HttpResponse<String> nobody = http.send(
                "POST",
                "/api/v1/devices/nobody/readmission",
                "",
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
        assertProblem(nobody, 404, "nobody");
        assertNotLetIn(expired, "not-let-in");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("detail").stringValue()).contains(detail);
        assertThat(problem.path("reference").stringValue()).matches("[0-9a-f]{16}");
    }

    @Test
    void the_console_lets_a_device_back_in_and_shows_who_is_late() throws Exception {
        TestDevice device = newDevice();
        expire(device);
        String page = "/devices/" + device.name();
        assertThat(http.get(page).body()).contains("Let it back in");
        assertThat(http.get("/").body()).contains("/expiring");
        assertThat(http.get("/expiring").body()).contains(device.name());
        assertThat(server.bean(EndingDevices.class).numbers().expired()).isPositive();

        HttpResponse<String> done = http.submit(page, page + "/readmission", Map.of("expiresIn", "P30D"));
        assertThat(done.statusCode()).isEqualTo(302);
        assertThat(http.get(page).body())
                .contains("may come back with the key of certificate " + serialNumber(device), "Take back");
        http.submit(page, page + "/readmission/withdrawal", Map.of());
        assertThat(http.get(page).body()).contains("can no longer come back");
        assertNotLetIn(device, "revoked");

        String meters = http.get("/actuator/prometheus", "Authorization", ADMIN).body();
        assertThat(meters)
                .contains("waxwing_devices_expired", "waxwing_devices_ending", "waxwing_devices_renewal_overdue");
    }

    @Test
    void the_console_lets_the_key_of_a_former_certificate_back_in() throws Exception {
        TestDevice former = newDevice();
        TestDevice middle = renewed(former);
        TestDevice newest = renewed(middle);
        String page = "/devices/" + former.name();

        String offered = http.get(page).body();
        assertThat(offered).contains("With the key of", "its disk was put back to an old copy", "bin/agent status");
        assertThat(choices(offered))
                .as("the newest needs no leave")
                .containsExactly(
                        serialNumber(middle).toString(), serialNumber(former).toString());

        HttpResponse<String> refused = http.submit(
                page,
                page + "/readmission",
                Map.of("certificate", serialNumber(newest).toString()));
        assertThat(refused.statusCode()).isEqualTo(302);
        assertThat(http.get(page).body()).contains("needs nobody to let it in");
        http.submit(
                page,
                page + "/readmission",
                Map.of("certificate", serialNumber(former).toString(), "expiresIn", "PT24H"));
        assertThat(http.get(page).body()).contains("the key of certificate " + serialNumber(former), "Take back");

        assertNotLetIn(middle, "not-let-in");
        TestDevice back = former.comeBack();
        try (TestSession session = back.connect()) {
            Sending.texts(back, session, "from an old copy of the disk");
        }
    }

    @Test
    void the_console_offers_the_newest_of_several_ended_certificates_first() throws Exception {
        TestDevice former = newDevice();
        TestDevice newest = renewed(former);
        expire(newest);
        String body = http.get("/devices/" + former.name()).body();
        assertThat(choices(body))
                .containsExactly(
                        serialNumber(newest).toString(), serialNumber(former).toString());
        assertThat(body).containsPattern("value=\"" + serialNumber(newest) + "\"\\s+selected");
        assertThat(body).contains("The newest, unless the device was put back to an old copy of its disk.");
    }

    /** The device with its next certificate, which it has used. */
    private static TestDevice renewed(TestDevice device) throws Exception {
        TestDevice renewed;
        try (TestSession session = device.connect()) {
            renewed = device.renew(session, TestDevice.freshKeys());
        }
        renewed.connect().close();
        return renewed;
    }

    /** The certificates that a device's page offers to let back in, in their order. */
    private static List<String> choices(String page) {
        int from = page.indexOf("<select id=\"certificate\"");
        assertThat(from).isPositive();
        return Pattern.compile("<option\\s+value=\"([0-9a-f]+)\"")
                .matcher(page.substring(from, page.indexOf("</select>", from)))
                .results()
                .map(option -> option.group(1))
                .toList();
    }

    @Test
    void a_device_that_renewed_in_time_alarms_nobody_when_its_former_certificate_ends() throws Exception {
        TestDevice device = newDevice();
        TestDevice renewed;
        try (TestSession session = device.connect()) {
            renewed = device.renew(session, TestDevice.freshKeys());
        }
        server.bean(JdbcClient.class)
                .sql("UPDATE certificate SET not_after = :then, expiring_from = :now WHERE serial_number = :serial")
                .param("then", Instant.now().plus(Duration.ofDays(5)).atOffset(ZoneOffset.UTC))
                .param("now", Instant.now().atOffset(ZoneOffset.UTC))
                .param("serial", serialNumber(device).toString())
                .update();
        String expiring = "/certificates?status=expiring&query=" + device.name();
        assertThat(http.get(expiring).body()).contains(serialNumber(device).toString());
        assertThat(json("/api/v1/devices/" + device.name()).path("state").stringValue())
                .isEqualTo("expiring");

        renewed.connect().close();

        assertThat(http.get(expiring).body()).contains("No certificate matches");
        assertThat(http.get("/expiring").body()).doesNotContain("\"/devices/" + device.name() + "\"");
        assertThat(json("/api/v1/devices/" + device.name()).path("state").stringValue())
                .isEqualTo("active");
    }

    /** Whatever it comes with: lists, page, numbers and meters go by the newest, as the one to revoke. */
    @Test
    void one_certificate_counts_for_a_device_everywhere() throws Exception {
        TestDevice device = newDevice();
        device.connect().close();
        end(serialNumber(device).toString(), Duration.ofDays(5));
        requireStanding(device, "expiring");

        HttpResponse<String> issued = http.send(
                "POST",
                "/api/v1/certificates",
                "{\"key\": \"ecdsa-p256\", \"name\": \"" + device.name() + "\", \"profile\": \"camera\"}",
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(201);
        requireStanding(device, "active");
        device.connect().close();
        requireStanding(device, "active");

        String newest = JSON.readTree(issued.body()).path("serialNumber").stringValue();
        assertThat(json("/api/v1/devices/" + device.name())
                        .path("certificateSerialNumber")
                        .stringValue())
                .isEqualTo(newest);
        end(newest, Duration.ofMinutes(-1));
        requireStanding(device, "expired");
        device.connect().close();
        requireStanding(device, "expired");

        server.bean(DeviceRemoval.class).remove(device.name(), "test");
        requireStanding(device, "removed");
    }

    private static void end(String serialNumber, Duration in) {
        for (String change : List.of(
                "UPDATE certificate SET not_after = :then, expiring_from = :now WHERE serial_number = :serial",
                "UPDATE device SET certificate_ends = :then WHERE newest = :serial AND :now IS NOT NULL")) {
            server.bean(JdbcClient.class)
                    .sql(change)
                    .param("then", Instant.now().plus(in).atOffset(ZoneOffset.UTC))
                    .param("now", Instant.now().atOffset(ZoneOffset.UTC))
                    .param("serial", serialNumber)
                    .update();
        }
    }

    private static void requireStanding(TestDevice device, String state) {
        String name = device.name();
        assertThat(json("/api/v1/devices/" + name).path("state").stringValue()).isEqualTo(state);
        for (DeviceState each : DeviceState.values()) {
            assertThat(json("/api/v1/devices?query=" + name + "&state=" + each.word())
                            .path("total")
                            .asInt())
                    .as("%s, sought as %s", state, each)
                    .isEqualTo(each.word().equals(state) ? 1 : 0);
        }
        EndingDevices ending = server.bean(EndingDevices.class);
        assertThat(ending.expired(1_000).stream().anyMatch(entry -> entry.name().equals(name)))
                .isEqualTo(state.equals("expired"));
        assertThat(ending.overdue(1_000).stream().anyMatch(entry -> entry.name().equals(name)))
                .isEqualTo(state.equals("expiring"));
        assertThat(http.get("/expiring").body().contains("\"/devices/" + name + "\""))
                .isEqualTo(state.equals("expired") || state.equals("expiring"));
    }

    @Test
    void counts_who_is_late_but_not_who_is_revoked() throws Exception {
        EndingDevices ending = server.bean(EndingDevices.class);
        EndingDevices.Numbers before = ending.numbers();
        TestDevice late = newDevice();
        TestDevice revoked = newDevice();
        JdbcClient jdbc = server.bean(JdbcClient.class);
        for (TestDevice device : List.of(late, revoked)) {
            for (String change : List.of(
                    "UPDATE certificate SET not_after = :then, expiring_from = :now WHERE serial_number = :serial",
                    "UPDATE device SET certificate_ends = :then WHERE serial_number = :serial AND :now IS NOT NULL")) {
                jdbc.sql(change)
                        .param("then", Instant.now().plus(Duration.ofDays(5)).atOffset(ZoneOffset.UTC))
                        .param("now", Instant.now().atOffset(ZoneOffset.UTC))
                        .param("serial", serialNumber(device).toString())
                        .update();
            }
        }
        server.bean(Revocation.class).revoke(serialNumber(revoked), RevocationReason.KEY_COMPROMISE, "test");
        EndingDevices.Numbers after = ending.numbers();
        assertThat(after.overdue()).isEqualTo(before.overdue() + 1);
        assertThat(after.withinWeek()).isEqualTo(before.withinWeek() + 1);
        assertThat(after.withinMonth()).isEqualTo(before.withinMonth() + 1);
        assertThat(ending.overdue(100)).extracting(EndingDevices.Ending::name).contains(late.name());
    }
}
