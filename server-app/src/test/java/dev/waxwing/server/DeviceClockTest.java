package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.ProtocolException;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server notices of a device whose clock is wrong. */
class DeviceClockTest {

    @TempDir
    static Path directory;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void suspects_the_clock_of_a_device_that_gives_up_on_the_servers_proof() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("late"));
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
        ProtocolException unbelieved = assertThrows(
                ProtocolException.class, () -> device.withClock(wrong).connect());
        assertThat(unbelieved.code()).isEqualTo(AlertCode.AUTH_FAILED);

        await().untilAsserted(() -> assertThat(audited("does not believe this server"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.action()).isEqualTo("session.refused")));
        assertThat(server.bean(MeterRegistry.class)
                        .get("waxwing.handshakes.refused")
                        .tag("reason", "distrusted_by_device")
                        .counter()
                        .count())
                .isEqualTo(1);
        device.connect().close();
    }

    @Test
    void takes_what_is_dated_into_the_future_and_says_so_once_in_a_session() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("ahead"));
        Instant future = Instant.now().plus(Duration.ofDays(400)).truncatedTo(ChronoUnit.MILLIS);
        for (int sessions = 1; sessions <= 2; sessions++) {
            try (TestSession session = device.connect()) {
                for (int i = 0; i < 3; i++) {
                    session.send(new Text(device.nextCounter(), TestDevice.freshId(), future, "hello"));
                    session.expect(TextAck.class);
                }
                session.send(new UploadOpen(
                        TestDevice.freshId(), device.nextCounter(), 10, future, false, "text/plain", "later.txt"));
                session.expect(UploadReady.class);
            }
            int expected = sessions;
            await().untilAsserted(() -> assertThat(audited("device:ahead"))
                    .filteredOn(DeviceClockTest::isAhead)
                    .hasSize(expected));
        }
        assertThat(audited("device:ahead"))
                .filteredOn(DeviceClockTest::isAhead)
                .allSatisfy(entry -> assertThat(entry.reason()).contains("device clock ahead by 399 d 23 h 59 min"));
    }

    @Test
    void says_nothing_of_a_clock_that_is_right() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("right"));
        Instant soon = Instant.now().plusSeconds(240).truncatedTo(ChronoUnit.MILLIS);
        try (TestSession session = device.connect()) {
            session.send(new Text(device.nextCounter(), TestDevice.freshId(), soon, "hello"));
            session.expect(TextAck.class);
        }
        await().untilAsserted(() -> assertThat(audited("device:right"))
                .extracting(AuditEntry::action)
                .contains("session.ended"));
        assertThat(audited("device:right")).noneMatch(DeviceClockTest::isAhead);
    }

    private static boolean isAhead(AuditEntry entry) {
        return entry.action().equals("device.clock-ahead");
    }

    private static List<AuditEntry> audited(String query) {
        return server.audited(query, 100);
    }
}
