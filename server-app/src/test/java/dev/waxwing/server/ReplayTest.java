package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.ingest.HeldTexts;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is said twice: by a device that missed the answer (section 13.1), and by somebody who recorded it (section 3). */
class ReplayTest {

    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static RunningServer server;

    private TestDevice device;

    @BeforeAll
    static void start() {
        server = RunningServer.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void enrol() throws Exception {
        device = TestDevice.enrol(server.listenerPort(), server.invite("device-" + NAMES.incrementAndGet()));
    }

    private void restart() {
        server.close();
        server = RunningServer.start(directory.resolve("data"));
        device = device.at(server.listenerPort());
    }

    @Test
    void what_was_committed_before_its_answer_got_lost_is_answered_again_and_applied_once() throws Exception {
        byte[] content = random(100_000);
        Text text = text("gate open");
        TextSeal group = seal(text);
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        UploadSeal seal = device.seal(device.manifest(offer, content));

        // Each in a session of its own, which ends after the commit and before the answer.
        loseAnswer(_ -> {}, session -> session.send(text), () -> texts().size() == 1);
        loseAnswer(_ -> {}, session -> session.send(group), () -> state(group.group()) == TransferState.ACCEPTED);
        loseAnswer(_ -> {}, session -> session.send(offer), () -> state(offer.id()) == TransferState.RECEIVING);
        try (TestSession session = device.connect()) {
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isZero();
            session.sendData(offer.id(), content, 0, content.length);
            session.awaitAck(content.length);
            session.cut();
        }
        loseAnswer(
                session -> {
                    session.send(offer);
                    session.expect(UploadReady.class);
                },
                session -> session.send(seal),
                () -> state(offer.id()) == TransferState.ACCEPTED);
        Map<String, Long> before = counts();

        ReceiptMessage groupReceipt;
        ReceiptMessage receipt;
        try (TestSession session = device.connect()) {
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
            session.send(group);
            groupReceipt = session.expect(ReceiptMessage.class);
            session.send(offer);
            receipt = session.expect(ReceiptMessage.class);
        }
        restart();
        try (TestSession session = device.connect()) {
            session.send(text, group, offer);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
            assertThat(List.of(session.expect(ReceiptMessage.class), session.expect(ReceiptMessage.class)))
                    .containsExactlyInAnyOrder(groupReceipt, receipt);
        }
        assertThat(counts()).isEqualTo(before);
        assertThat(audited("device:" + device.name()))
                .extracting(AuditEntry::action)
                .containsOnlyOnce("upload.accepted", "text.accepted");
    }

    @Test
    void a_counter_or_an_id_that_is_used_for_something_else_changes_nothing() throws Exception {
        byte[] content = random(1_000);
        Text text = text("first");
        TextSeal group = seal(text);
        UploadOpen offer = device.offer("a.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.send(text);
            session.expect(TextAck.class);
            session.send(group);
            session.expect(ReceiptMessage.class);
            session.send(offer);
            session.expect(UploadReady.class);
        }
        Map<String, Long> before = counts();
        restart();
        try (TestSession session = device.connect()) {
            long fresh = device.nextCounter();
            for (Text other : List.of(
                    new Text(text.counter(), TestDevice.freshId(), text.capturedAt(), "other id"),
                    new Text(fresh, text.id(), text.capturedAt(), text.text()),
                    new Text(text.counter(), text.id(), text.capturedAt(), "other text"),
                    new Text(text.counter(), text.id(), text.capturedAt().plusMillis(1), text.text()),
                    new Text(offer.counter(), TestDevice.freshId(), text.capturedAt(), "an upload's counter"),
                    new Text(fresh, offer.id(), text.capturedAt(), "an upload's id"),
                    new Text(fresh, group.group(), text.capturedAt(), "a group's id"))) {
                session.send(other);
                assertThat(session.expect(TextRefused.class).reason())
                        .as(other.text())
                        .isEqualTo(RefusalReason.CONFLICT);
            }
            for (UploadOpen other : List.of(
                    open(offer.id(), fresh, offer.size()),
                    open(TestDevice.freshId(), offer.counter(), offer.size()),
                    open(offer.id(), offer.counter(), offer.size() + 1),
                    open(text.id(), text.counter(), offer.size()),
                    open(group.group(), fresh, offer.size()))) {
                session.send(other);
                assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            }
            assertThat(counts()).isEqualTo(before);

            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isZero();
        }
    }

    private UploadOpen open(ItemId id, long counter, long size) {
        return new UploadOpen(id, counter, size, TestDevice.CAPTURED, false, "application/octet-stream", "a.bin");
    }

    @Test
    void a_record_of_an_older_session_is_refused_in_a_newer_one() throws Exception {
        Bytes recorded;
        try (TestRelay relay = new TestRelay(server.listenerPort());
                TestSession session = device.at(relay.port()).connect()) {
            Text text = text("recorded");
            session.send(text);
            session.expect(TextAck.class);
            recorded = relay.fromDevice.getLast();
        }
        try (TestRelay relay = new TestRelay(server.listenerPort())) {
            TestSession session = device.at(relay.port()).connect();
            // Epoch and sequence number are those that the server expects next; only keys and session differ.
            relay.inject(recorded);
            assertThat(session.expectEnd())
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            end -> assertThat(end.alert().code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
        }
        assertThat(texts()).hasSize(1);
        await().untilAsserted(() -> assertThat(audited("device:" + device.name()))
                .extracting(AuditEntry::reason)
                .anySatisfy(reason -> assertThat(reason).contains("broke the protocol")));
    }

    @Test
    void a_whole_recorded_connection_gets_nowhere() throws Exception {
        List<Bytes> recorded;
        try (TestRelay relay = new TestRelay(server.listenerPort());
                TestSession session = device.at(relay.port()).connect()) {
            session.send(text("recorded"));
            session.expect(TextAck.class);
            recorded = List.copyOf(relay.fromDevice);
        }
        await().until(() -> server.bean(Sessions.class).count() == 0);
        int accepted = audited("session.accepted").size();
        int refused = audited("session.refused").size();

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            socket.setSoTimeout(10_000);
            for (Bytes record : recorded) {
                socket.getOutputStream().write(record.toArray());
            }
            readToEnd(socket.getInputStream());
        }
        // ClientHello is taken, and answered with keys that the recorder does not have.
        await().until(() -> audited("session.refused").size() == refused + 1);
        assertThat(audited("session.refused").getFirst().subject()).isEqualTo("no certificate");
        assertThat(audited("session.accepted")).hasSize(accepted);
        assertThat(texts()).hasSize(1);
    }

    private static void readToEnd(InputStream in) throws Exception {
        try {
            in.readAllBytes();
        } catch (SocketException reset) {
            // As good an end.
        }
    }

    /** What a device says in a session of which no answer reaches it. */
    private interface Saying {
        void to(TestSession session) throws Exception;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void loseAnswer(Saying before, Saying saying, Condition committed) throws Exception {
        try (TestRelay relay = new TestRelay(server.listenerPort())) {
            TestSession session = device.at(relay.port()).connect();
            before.to(session);
            relay.loseAnswers();
            saying.to(session);
            await().until(committed::holds);
            relay.cut();
            session.expectEnd();
        }
        await().until(() -> server.bean(Sessions.class).count() == 0);
    }

    private Text text(String text) {
        return new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, text);
    }

    private TextSeal seal(Text text) {
        byte[] line = TextLines.line(text).toArray();
        UploadOpen group = new UploadOpen(
                TestDevice.freshId(),
                device.nextCounter(),
                line.length,
                TestDevice.CAPTURED,
                false,
                TextLines.MEDIA_TYPE,
                TextLines.NAME);
        UploadSeal signed = device.seal(device.manifest(group, line));
        return new TextSeal(group.id(), List.of(text.counter()), signed.manifest(), signed.signature());
    }

    private TransferState state(ItemId id) {
        return server.bean(Transfers.class)
                .find(id.toString())
                .map(Transfer::state)
                .orElse(TransferState.REJECTED);
    }

    private Map<String, Long> counts() {
        return Map.of(
                "text", (long) texts().size(),
                "transfer", count("transfer"),
                "offer", count("offer"));
    }

    private List<String> texts() {
        return HeldTexts.of(server.bean(JdbcOperations.class), device.name());
    }

    private long count(String table) {
        return server.bean(JdbcClient.class)
                .sql("SELECT COUNT(*) FROM " + table + " WHERE device = :device")
                .param("device", device.name())
                .query(Long.class)
                .single();
    }

    private List<AuditEntry> audited(String action) {
        return server.audited(action, 100);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
