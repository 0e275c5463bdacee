package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.device.Devices;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of a device that an administrator removes, of what it sent, and of its name. */
class DeviceRemovalTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final byte[] CONTENT = "what the camera saw".getBytes();
    private static final JsonMapper JSON = new JsonMapper();

    private static RunningServer server;
    private static ConsoleClient http;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(directory.resolve("data"));
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        http = ConsoleClient.of(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_removed_device_is_out_and_what_it_sent_stays_under_its_name() throws Exception {
        TestDevice device = enrolled("leaver");
        try (TestSession session = device.connect()) {
            Sending.file(device, session, "dawn.txt", "text/plain", CONTENT);

            assertThat(remove("leaver").statusCode()).isEqualTo(204);

            assertThat(session.expectEnd()).isNotNull();
        }
        assertThatThrownBy(device::connect).isInstanceOf(Exception.class);
        assertThat(certificates("leaver"))
                .allSatisfy(certificate ->
                        assertThat(certificate.revocationReason()).isEqualTo(RevocationReason.CESSATION_OF_OPERATION));
        assertThat(json("/api/v1/devices/leaver").path("state").stringValue()).isEqualTo("removed");
        JsonNode transfer =
                json("/api/v1/transfers?device=leaver").path("items").get(0);
        assertThat(transfer.path("state").stringValue()).isEqualTo("accepted");
        String id = transfer.path("id").stringValue();
        assertThat(http.bytes("/api/v1/transfers/" + id + "/evidence", "Authorization", ADMIN)
                        .statusCode())
                .isEqualTo(200);
        assertThat(JSON.readTree(http.send(
                                        "POST", "/api/v1/transfers/" + id + "/verification", "", "Authorization", ADMIN)
                                .body())
                        .path("passed")
                        .asBoolean())
                .isTrue();
        AuditEntry entry = server.bean(AuditLog.class).page("device.removed", 0, 50).items().stream()
                .filter(each -> each.subject().equals("leaver"))
                .findFirst()
                .orElseThrow();
        assertThat(entry.actor()).isEqualTo("admin");
        assertThat(entry.source()).isEqualTo("127.0.0.1");
        assertThat(entry.change()).hasToString("Change[before=active, after=removed]");
        assertThat(remove("leaver").statusCode()).isEqualTo(409);
    }

    @Test
    void its_invites_are_void_the_used_one_too() throws Exception {
        Invite used = server.invite("invited");
        TestDevice.enrol(server.listenerPort(), used);
        awaitListed("invited");
        Invite open = replacement("invited");

        assertThat(remove("invited").statusCode()).isEqualTo(204);

        assertThatThrownBy(() -> TestDevice.enrol(server.listenerPort(), open)).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> TestDevice.enrol(server.listenerPort(), used)).isInstanceOf(Exception.class);
        assertThat(certificates("invited")).hasSize(1);
    }

    @Test
    void nobody_gets_its_name_but_on_purpose() throws Exception {
        enrolled("named");
        remove("named");

        assertThat(server.bean(Invites.class).create(new InviteOrder("named", null, null, false), "test"))
                .isInstanceOf(InviteResult.NameTaken.class);
        HttpResponse<String> issued = issue("named", false);
        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(409);
        assertThat(issued.body()).contains("replace");
        assertThat(issue("named", true).statusCode()).isEqualTo(201);
        assertThat(json("/api/v1/devices/named").path("state").stringValue()).isEqualTo("active");
    }

    @Test
    void a_successor_goes_on_above_its_counters_and_inherits_nothing_half_sent() throws Exception {
        TestDevice before = enrolled("successor");
        UploadOpen half;
        try (TestSession session = before.connect()) {
            Sending.texts(before, session, "one", "two");
            Text unsealed = new Text(before.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "not sealed");
            session.send(unsealed);
            session.expectAfterAcks(TextAck.class);
            half = before.offer("half.txt", "text/plain", CONTENT);
            session.send(half);
            session.expectAfterAcks(UploadReady.class);
            remove("successor");
            session.expectEnd();
        }

        TestDevice after = TestDevice.enrol(server.listenerPort(), replacement("successor"));
        try (TestSession session = after.connect()) {
            long taken = session.channel().grant().durableCounter();
            assertThat(taken).isGreaterThanOrEqualTo(half.counter());
            while (after.nextCounter() < taken) {
                // A device goes on above what it is told.
            }
            Sending.file(after, session, "new.txt", "text/plain", CONTENT);
            Sending.texts(after, session, "three");
        }

        assertThat(json("/api/v1/devices/successor").path("state").stringValue())
                .isEqualTo("active");
        JsonNode transfers = json("/api/v1/transfers?device=successor");
        assertThat(transfers.path("items"))
                .filteredOn(item -> item.path("state").stringValue().equals("accepted"))
                .hasSize(3);
        assertThat(transfers.path("items"))
                .filteredOn(item -> item.path("name").stringValue().equals("half.txt"))
                .singleElement()
                .satisfies(item -> assertThat(item.path("state").stringValue()).isIn("receiving", "quarantined"));
    }

    @Test
    void the_console_removes_only_when_the_name_was_typed() throws Exception {
        enrolled("typed");
        ConsoleClient admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);

        admin.submit("/devices/typed", "/devices/typed/removal", Map.of("confirm", "type"));
        assertThat(json("/api/v1/devices/typed").path("state").stringValue()).isEqualTo("active");

        admin.submit("/devices/typed", "/devices/typed/removal", Map.of("confirm", "typed"));
        assertThat(json("/api/v1/devices/typed").path("state").stringValue()).isEqualTo("removed");
        assertThat(admin.get("/devices/typed").body())
                .contains("This device was removed")
                .doesNotContain("Type its name to remove it");
    }

    @Test
    void what_never_was_a_device_is_not_found() {
        assertThat(remove("nobody").statusCode()).isEqualTo(404);
    }

    private static TestDevice enrolled(String name) throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite(name));
        awaitListed(name);
        return device;
    }

    /** The device has its certificate a moment before it is listed. */
    private static void awaitListed(String name) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.bean(Devices.class).find(name).isEmpty()) {
            assertThat(System.nanoTime()).as("%s is listed in time", name).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static Invite replacement(String name) {
        return switch (server.bean(Invites.class).create(new InviteOrder(name, null, null, true), "test")) {
            case InviteResult.Created created -> created.invite();
            case InviteResult other -> throw new AssertionError(other);
        };
    }

    private static List<CertificateEntry> certificates(String name) {
        return server.bean(Inventory.class).ofName(name, CertificateRole.DEVICE);
    }

    private static HttpResponse<String> remove(String name) {
        return http.send("DELETE", "/api/v1/devices/" + name, "", "Authorization", ADMIN);
    }

    private static HttpResponse<String> issue(String name, boolean replace) {
        return http.send(
                "POST",
                "/api/v1/certificates",
                JSON.writeValueAsString(
                        Map.of("csr", ConsoleSecurityTest.request(name), "profile", "camera", "replace", replace)),
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
    }

    private static JsonNode json(String path) {
        HttpResponse<String> response = http.get(path, "Authorization", ADMIN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }
}
