package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.server.admission.Drop;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;

/** Who is heard, and what of the others can be found afterwards; through the real listener. */
@Timeout(120)
@BesideOthers
class AdmissionTest {

    private static final String FOREIGN_PROTOCOL = "474554202f20485454502f312e310d0a0d0a";
    private static final String BAD_RECORD = "d5010000000000050100000002";
    private static final String ONE_BYTE = "d5";
    private static final int ALERT_RECORD = 2 * (8 + 32 + 1);

    @TempDir
    Path directory;

    private RunningServer server;
    private TestDevice device;

    @AfterEach
    void stop() {
        server.close();
    }

    /** With nobody exempt, because strangers and devices are all of this host here. */
    private void start(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--waxwing.listener.exempt-sources="));
        arguments.addAll(List.of(more));
        startAsIs(arguments.toArray(String[]::new));
    }

    private void startAsIs(String... arguments) throws Exception {
        server = RunningServer.start(directory.resolve("data"), arguments);
        device = TestDevice.enrol(server.listenerPort(), server.invite("camera"));
    }

    @Test
    void two_hundred_stalled_sockets_of_one_source_are_soon_gone_and_hinder_no_device() throws Exception {
        start("--waxwing.listener.max-per-source=20");
        List<Stranger> stalled = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stalled.add(stranger("127.0.0.66"));
            if (i % 50 == 25) {
                assertThatATextIsTaken();
            }
        }
        for (Stranger stranger : stalled) {
            assertThat(stranger.hears()).isEmpty();
            stranger.close();
        }
        assertThatATextIsTaken();
        await().untilAsserted(() -> assertThat(gate().unauthenticated()).isZero());
        // Most were never heard: too many at once, and a source that lets connections lapse is shut out.
        assertThat(dropped()).isGreaterThanOrEqualTo(100);
        assertThat(gate().dropped(Drop.PER_SOURCE) + gate().dropped(Drop.PENALISED))
                .isEqualTo(dropped());
        assertThat(gate().penalised()).isEqualTo(1);
        assertThat(entries("session.refused")).isEmpty();
    }

    @Test
    void a_device_from_a_known_source_is_heard_when_strangers_have_taken_all_places_of_strangers() throws Exception {
        start("--waxwing.listener.max-unauthenticated=64", "--waxwing.listener.early-drop-from=48");
        List<Stranger> strangers = new ArrayList<>();
        while (gate().dropped(Drop.EARLY) == 0) {
            int number = strangers.size();
            assertThat(number).isLessThan(1_000);
            strangers.add(stranger("127.0." + (1 + number / 250) + "." + (1 + number % 250))
                    .says(ONE_BYTE));
        }
        assertThat(strangers).hasSizeGreaterThan(48);
        assertThatATextIsTaken();
        assertThat(gate().dropped(Drop.EARLY)).isEqualTo(dropped());
        for (Stranger stranger : strangers) {
            stranger.close();
        }
    }

    @Test
    void a_source_that_breaks_the_protocol_three_times_is_closed_unheard() throws Exception {
        start("--waxwing.listener.penalties.protocol-error=60s", "--waxwing.listener.penalties.threshold=150s");
        Set<String> alerts = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            try (Stranger stranger = stranger("127.0.0.67")) {
                String alert = stranger.says(BAD_RECORD).hears();
                assertThat(alert).hasSize(ALERT_RECORD);
                AuditEntry entry = found(incident(alert));
                assertThat(entry.outcome()).isEqualTo(Outcome.REFUSED);
                assertThat(entry.reason()).isNotBlank();
                alerts.add(alert.replace(incident(alert), ""));
            }
        }
        assertThat(alerts).hasSize(1);
        await().until(() -> gate().penalised() == 1);
        assertThat(server.bean(HealthEndpoint.class).healthForPath("listener"))
                .isInstanceOfSatisfying(
                        IndicatedHealthDescriptor.class,
                        health -> assertThat(health.getDetails())
                                .containsEntry("penalisedSources", 1L)
                                .containsKeys("unauthenticated", "cryptoPermitsInUse", "cryptoPermitsWaitedFor"));
        try (Stranger stranger = stranger("127.0.0.67")) {
            assertThat(stranger.says(BAD_RECORD).hears()).isEmpty();
        }
        assertThat(gate().dropped(Drop.PENALISED)).isEqualTo(1);
        assertThatATextIsTaken();
        assertThat(server.bean(MeterRegistry.class)
                        .get("waxwing.connections.dropped")
                        .tag("reason", "penalised")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(server.bean(MeterRegistry.class)
                        .get("waxwing.handshakes.refused")
                        .tag("reason", "protocol_error")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void many_refusals_take_few_entries_and_each_reference_that_was_told_is_found() throws Exception {
        startAsIs();
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            try (Stranger one = stranger("127.0.0.68");
                    Stranger other = stranger("127.0.0.69")) {
                told.add(incident(one.says(BAD_RECORD).hears()));
                assertThat(other.says(FOREIGN_PROTOCOL).hears()).isEmpty();
            }
        }
        await().untilAsserted(() -> assertThat(refusedHandshakes()).isEqualTo(300));
        server.bean(RefusalLedger.class).flush();
        assertThat(new HashSet<>(told)).hasSize(150);
        assertThat(told)
                .allSatisfy(incident -> assertThat(found(incident).reason()).contains("content type 2 in epoch 0"));
        assertThat(entries("session.refused")).hasSizeLessThan(40);
        assertThat(server.bean(AuditLog.class).verify().intact()).isTrue();
    }

    @Test
    void a_refused_enrolment_is_one_entry_under_the_reference_that_the_device_is_told() throws Exception {
        start();
        Invite invite = server.invite("gate-camera");
        TestDevice.enrol(server.listenerPort(), invite);
        PeerAlertException refused =
                catchThrowableOfType(PeerAlertException.class, () -> TestDevice.enrol(server.listenerPort(), invite));
        assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
        AuditEntry entry = found(refused.alert().incident().toString());
        assertThat(entry.reason()).contains("other-key", "gate-camera");
        assertThat(entries("refused")).hasSize(1);
        assertThat(server.bean(MeterRegistry.class)
                        .get("waxwing.handshakes.refused")
                        .tag("reason", "invite")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void a_session_that_is_taken_over_ends_under_the_reference_that_its_device_is_told() throws Exception {
        start();
        try (TestSession first = device.connect()) {
            await().until(() -> server.bean(Sessions.class).count() == 1);
            device.connect();
            PeerAlertException end = (PeerAlertException) first.expectEnd();
            assertThat(end.alert().code()).isEqualTo(AlertCode.GOING_AWAY);
            AuditEntry entry = found(end.alert().incident().toString());
            assertThat(entry.action()).isEqualTo("session.ended");
            assertThat(entry.reason()).contains("taken over");
        }
    }

    @Test
    void a_session_writes_a_bounded_number_of_refusals_and_each_reference_is_found() throws Exception {
        start();
        Set<String> told = new HashSet<>();
        try (TestSession session = device.connect()) {
            Text first = text(device.nextCounter());
            session.send(first);
            session.expect(TextAck.class);
            for (int i = 0; i < 300; i++) {
                session.send(text(first.counter()));
                TextRefused refused = session.expect(TextRefused.class);
                assertThat(refused.reason()).isEqualTo(RefusalReason.CONFLICT);
                told.add(refused.incident().toString());
            }
        }
        await().untilAsserted(() -> assertThat(entries("text.refused")).hasSize(22));
        assertThat(told).hasSize(21);
        assertThat(told)
                .allSatisfy(incident -> assertThat(found(incident).reason()).contains("conflict"));
        assertThat(entries("text.refused").getFirst().reason()).contains("280 refusals of one kind (conflict)");
    }

    private void assertThatATextIsTaken() throws Exception {
        try (TestSession session = device.connect()) {
            Text text = text(device.nextCounter());
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
        }
    }

    private static Text text(long counter) {
        return new Text(counter, TestDevice.freshId(), TestDevice.CAPTURED, "gate open");
    }

    private Stranger stranger(String address) throws IOException {
        return new Stranger(address, server.listenerPort());
    }

    private Gate gate() {
        return server.bean(Gate.class);
    }

    private long dropped() {
        return Arrays.stream(Drop.values()).mapToLong(gate()::dropped).sum();
    }

    private double refusedHandshakes() {
        return server.bean(MeterRegistry.class).find("waxwing.handshakes.refused").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** The incident in a plain record with an alert. */
    private static String incident(String record) {
        return Incident.parse(record.substring(2 * 9, 2 * 17)).toString();
    }

    /** Waits for it: a peer may see its alert before the entry is written. */
    private AuditEntry found(String reference) {
        return await().until(() -> entries(reference), entries -> !entries.isEmpty())
                .getFirst();
    }

    private List<AuditEntry> entries(String query) {
        return server.bean(AuditLog.class).page(query, 0, 1_000).items();
    }
}
