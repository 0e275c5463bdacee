package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationList;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.ingest.HeldTexts;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcOperations;

/** What a revocation does to sessions that live (docs/certificates.md), and who wins when both are in a hurry. */
class RevokedSessionsTest {

    /** So many of each kind. With the property set, the time is judged as well: a busy machine fails no build. */
    private static final int SESSIONS = Integer.getInteger("waxwing.soak.sessions", 10);

    private static final int CALLERS = 16;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final boolean IS_TIME_JUDGED = Integer.getInteger("waxwing.soak.sessions") != null;
    private static final AtomicInteger NAMES = new AtomicInteger();

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

    private static TestDevice newDevice() throws Exception {
        return TestDevice.enrol(server.listenerPort(), server.invite("device-" + NAMES.incrementAndGet()));
    }

    private static void revoke(TestDevice device) {
        server.bean(Revocation.class)
                .revoke(SerialNumber.of(device.credential().certificate()), RevocationReason.KEY_COMPROMISE, "test");
    }

    @Test
    void ends_many_sessions_at_once() throws Exception {
        List<Live> oneByOne = connect(SESSIONS);
        List<Live> sideBySide = connect(SESSIONS);
        await().until(() -> server.bean(Sessions.class).count() >= 2 * SESSIONS);

        for (Live live : oneByOne) {
            live.revoke();
        }
        report("one after another", oneByOne);

        try (ExecutorService many = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> done = new ArrayList<>();
            for (Live live : sideBySide) {
                done.add(many.submit(live::revoke));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
        report("by " + CALLERS + " callers at once", sideBySide);

        await().until(() -> server.bean(Sessions.class).live().stream()
                .noneMatch(session -> oneByOne.stream().anyMatch(live -> live.is(session.device()))));
        PeerAlertException refused = assertThrows(
                PeerAlertException.class, () -> oneByOne.getFirst().device.connect());
        assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
    }

    private static List<Live> connect(int count) throws Exception {
        List<Live> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TestDevice device = newDevice();
            all.add(new Live(device, device.connect()));
        }
        return all;
    }

    private static void report(String how, List<Live> all) throws InterruptedException {
        long[] nanos = new long[all.size()];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = all.get(i).nanosToTheEnd();
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%d sessions revoked %s: p50 %.1f ms, p99 %.1f ms, most %.1f ms%n",
                nanos.length,
                how,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos[nanos.length - 1] / 1e6);
        if (IS_TIME_JUDGED) {
            assertThat(Duration.ofNanos(nanos[nanos.length - 1])).isLessThan(SOON);
        }
    }

    /** A session, and when its certificate was revoked. */
    private static final class Live {

        private final TestDevice device;
        private final TestSession session;
        private volatile long revokedAt;

        Live(TestDevice device, TestSession session) {
            this.device = device;
            this.session = session;
        }

        boolean is(String name) {
            return device.name().equals(name);
        }

        void revoke() {
            revokedAt = System.nanoTime();
            RevokedSessionsTest.revoke(device);
        }

        long nanosToTheEnd() throws InterruptedException {
            assertThat(session.expectEnd())
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            end -> assertThat(end.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
            return session.endedAt() - revokedAt;
        }
    }

    /** A list of many certificates is dear, and one that holds all that was revoked meanwhile is as good. */
    @Test
    void many_revocations_one_after_another_make_few_lists() {
        new ManyRows(server).addValid(1, 200);
        List<SerialNumber> valid =
                server
                        .bean(Inventory.class)
                        .list(new CertificateSearch("camera-", CertificateStatus.VALID, 0, 100))
                        .stream()
                        .map(CertificateEntry::serialNumber)
                        .toList();
        RevocationLists lists = server.bean(RevocationLists.class);
        long before = lists.issuing().number();
        Instant start = Instant.now();

        valid.forEach(
                certificate -> server.bean(Revocation.class).revoke(certificate, RevocationReason.SUPERSEDED, "test"));
        await().until(() -> holds(lists.issuing(), valid.getLast()));

        long seconds = Duration.between(start, Instant.now()).toSeconds();
        assertThat(lists.issuing().number() - before).isLessThanOrEqualTo(2 + seconds / 2);
    }

    private static boolean holds(RevocationList list, SerialNumber certificate) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509CRL parsed = (X509CRL) factory.generateCRL(new ByteArrayInputStream(list.der()));
        return parsed.getRevokedCertificate(certificate.value()) != null;
    }

    @Test
    void a_hold_keeps_a_device_out_and_its_release_lets_it_go_on_where_it_was() throws Exception {
        byte[] content = random(300_000);
        TestDevice device = newDevice();
        SerialNumber certificate = SerialNumber.of(device.credential().certificate());
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        Revocation revocation = server.bean(Revocation.class);
        try (TestSession first = device.connect()) {
            first.begin(offer, content, 131_072);
            first.awaitAck(131_072);
            revocation.revoke(certificate, RevocationReason.CERTIFICATE_HOLD, "test");
            assertThat(first.expectEnd())
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            end -> assertThat(end.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
        }
        assertThrows(PeerAlertException.class, device::connect);
        await().until(() -> transfer(offer).isPresent());
        assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.RECEIVING);

        revocation.release(certificate, "test");
        try (TestSession second = device.connect()) {
            second.resume(offer, content, 131_072);
            second.send(device.seal(device.manifest(offer, content)));
            second.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.ACCEPTED);
    }

    @Test
    void a_seal_by_a_signer_on_hold_may_be_repeated_and_what_was_sent_stays() throws Exception {
        byte[] content = random(10_000);
        TestDevice old = newDevice();
        TestDevice renewed = old.with(server.anotherCertificate(old.name()));
        SerialNumber signer = SerialNumber.of(old.credential().certificate());
        UploadOpen offer = renewed.offer("clip.bin", "application/octet-stream", content);
        Manifest manifest = renewed.manifest(offer, content);
        Revocation revocation = server.bean(Revocation.class);
        try (TestSession session = renewed.connect()) {
            revocation.revoke(signer, RevocationReason.CERTIFICATE_HOLD, "test");
            session.begin(offer, content, content.length);
            session.send(old.seal(manifest));
            assertThat(session.expectAfterAcks(Refused.class).reason()).isEqualTo(RefusalReason.UNAVAILABLE);
            assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.RECEIVING);

            revocation.release(signer, "test");
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isEqualTo(content.length);
            session.send(old.seal(manifest));
            session.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.ACCEPTED);
    }

    @Test
    void a_seal_by_a_signer_revoked_for_good_puts_aside_what_was_sent() throws Exception {
        byte[] content = random(10_000);
        TestDevice old = newDevice();
        TestDevice renewed = old.with(server.anotherCertificate(old.name()));
        UploadOpen offer = renewed.offer("clip.bin", "application/octet-stream", content);
        try (TestSession session = renewed.connect()) {
            revoke(old);
            session.begin(offer, content, content.length);
            session.send(old.seal(renewed.manifest(offer, content)));
            assertThat(session.expectAfterAcks(Refused.class).reason()).isEqualTo(RefusalReason.POLICY);
            session.send(offer);
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.POLICY);
        }
        assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.QUARANTINED);
        assertThat(directory.resolve("data/media/quarantine/" + offer.id() + ".part"))
                .hasBinaryContent(content);
    }

    @Test
    void a_hold_during_a_seal_wins_and_its_release_lets_the_seal_be_repeated() throws Exception {
        byte[] content = random(10_000);
        TestDevice device = newDevice();
        SerialNumber certificate = SerialNumber.of(device.credential().certificate());
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        Revocation revocation = server.bean(Revocation.class);
        try (TestSession session = device.connect();
                BusyWriter writer = new BusyWriter()) {
            session.begin(offer, content, content.length);
            session.awaitAck(content.length);
            writer.keepBusy();
            session.send(device.seal(device.manifest(offer, content)));
            awaitInPlace(offer);
            revocation.revoke(certificate, RevocationReason.CERTIFICATE_HOLD, "test");
            writer.letGo();
            session.expectEnd();
        }
        await().untilAsserted(() -> assertThat(refusals(offer))
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).startsWith("unavailable")));
        revocation.release(certificate, "test");
        try (TestSession session = device.connect()) {
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isEqualTo(content.length);
            session.send(device.seal(device.manifest(offer, content)));
            session.expectAfterAcks(ReceiptMessage.class);
        }
    }

    private static List<AuditEntry> refusals(UploadOpen offer) {
        return server.audited(offer.id().toString(), 10).stream()
                .filter(entry -> entry.action().equals("upload.refused"))
                .toList();
    }

    /** The content is in its place: all that is missing is the commit, which waits for the writer. */
    private static void awaitInPlace(UploadOpen offer) {
        String id = offer.id().toString();
        await().until(() -> directory
                .resolve("data/media/content/" + id.substring(0, 2) + "/" + id)
                .toFile()
                .exists());
    }

    @Test
    void a_hold_that_becomes_a_revocation_puts_aside_what_was_half_sent() throws Exception {
        byte[] content = random(300_000);
        TestDevice device = newDevice();
        SerialNumber certificate = SerialNumber.of(device.credential().certificate());
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        Revocation revocation = server.bean(Revocation.class);
        try (TestSession first = device.connect()) {
            first.begin(offer, content, 131_072);
            first.awaitAck(131_072);
            revocation.revoke(certificate, RevocationReason.CERTIFICATE_HOLD, "test");
            first.expectEnd();
        }
        revocation.revoke(certificate, RevocationReason.KEY_COMPROMISE, "test");
        await().until(() -> transfer(offer).orElseThrow().state() == TransferState.QUARANTINED);
    }

    @Test
    void all_of_a_device_is_cut_off_at_once() throws Exception {
        TestDevice device = newDevice();
        TestDevice renewed = device.with(server.anotherCertificate(device.name()));
        try (TestSession session = renewed.connect()) {
            assertThat(server.bean(Revocation.class)
                            .revokeDevice(device.name(), RevocationReason.CESSATION_OF_OPERATION, "test")
                            .orElseThrow())
                    .hasSize(2);
            session.expectEnd();
        }
        assertThrows(PeerAlertException.class, device::connect);
        assertThrows(PeerAlertException.class, renewed::connect);
    }

    @Test
    void leaves_the_session_of_a_devices_newer_certificate_alone_and_what_it_sends() throws Exception {
        byte[] content = random(300_000);
        TestDevice old = newDevice();
        UploadOpen offer = old.offer("clip.bin", "application/octet-stream", content);
        TestSession first = old.connect();
        first.begin(offer, content, 131_072);
        first.awaitAck(131_072);

        TestDevice renewed = old.with(server.anotherCertificate(old.name()));
        try (TestSession session = renewed.connect()) {
            first.expectEnd();
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isEqualTo(131_072);
            revoke(old);
            assertThrows(PeerAlertException.class, old::connect);

            session.sendData(offer.id(), content, 131_072, content.length);
            session.send(renewed.seal(renewed.manifest(offer, content)));
            session.expectAfterAcks(ReceiptMessage.class);
            Text text = text(renewed);
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
        }
        assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.ACCEPTED);
    }

    @Test
    void a_revocation_during_a_seal_wins_and_nothing_is_accepted() throws Exception {
        byte[] content = random(10_000);
        TestDevice device = newDevice();
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        try (TestSession session = device.connect();
                BusyWriter writer = new BusyWriter()) {
            session.begin(offer, content, content.length);
            session.awaitAck(content.length);
            writer.keepBusy();
            session.send(device.seal(device.manifest(offer, content)));
            awaitInPlace(offer);
            revoke(device);
            writer.letGo();
            session.expectEnd();
        }
        await().untilAsserted(
                        () -> assertThat(transfer(offer).orElseThrow().state()).isEqualTo(TransferState.QUARANTINED));
        await().untilAsserted(() -> assertThat(directory.resolve("data/media/quarantine/" + offer.id() + ".part"))
                .hasBinaryContent(content));
        assertThat(server.bean(AuditLog.class)
                        .page(offer.id().toString(), 0, 10)
                        .items())
                .extracting(AuditEntry::action)
                .contains("upload.quarantined")
                .doesNotContain("upload.accepted");
    }

    @Test
    void a_revocation_before_the_commit_of_a_text_wins_and_opens_nothing() throws Exception {
        TestDevice device = newDevice();
        Text text = text(device);
        UploadOpen offer = device.offer("late.bin", "application/octet-stream", new byte[10]);
        try (TestSession session = device.connect();
                BusyWriter writer = new BusyWriter()) {
            writer.keepBusy();
            session.send(text, offer);
            // Answered by the thread that has queued the text before.
            session.send(new CertificateQuery());
            session.expect(CertificateAnswer.class);
            revoke(device);
            writer.letGo();
            session.expectEnd();
        }
        TestDevice renewed = device.with(server.anotherCertificate(device.name()));
        try (TestSession session = renewed.connect()) {
            assertThat(HeldTexts.of(server.bean(JdbcOperations.class), device.name()))
                    .isEmpty();
            assertThat(transfer(offer)).isEmpty();
            // The device was not told that it is refused for good: under its newer certificate it is taken.
            session.send(text);
            session.expect(TextAck.class);
        }
    }

    @Test
    void a_peer_of_a_live_session_is_looked_at_again_by_the_verifier_that_let_it_in() throws Exception {
        TestDevice device = newDevice();
        PeerVerifier verifier = server.bean(PeerVerifier.class);
        VerifiedPeer peer = verifier.verify(device.credential().chain(), Bytes.EMPTY);
        verifier.verifyAgain(peer, Bytes.EMPTY);
        revoke(device);
        UntrustedException refused =
                assertThrows(UntrustedException.class, () -> verifier.verifyAgain(peer, Bytes.EMPTY));
        assertThat(refused.reason()).isEqualTo(UntrustedException.Reason.REVOKED);
    }

    private static Text text(TestDevice device) {
        return new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "gate open");
    }

    private static Optional<Transfer> transfer(UploadOpen offer) {
        return server.bean(Transfers.class).find(offer.id().toString());
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** Keeps the one writer waiting, as a slow disk does: for a row that another transaction has not committed. */
    private static final class BusyWriter implements AutoCloseable {

        private final TestDevice other = newDevice();
        private final TestSession session = other.connect();
        private final Connection connection = server.bean(DataSource.class).getConnection();

        BusyWriter() throws Exception {
            connection.setAutoCommit(false);
        }

        void keepBusy() throws Exception {
            Text text = text(other);
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO text_block (device, first_counter, last_counter, number, first_id, last_id,"
                            + " received_at, content) VALUES (?, ?, ?, 1, 'a', 'a', CURRENT_TIMESTAMP, '')")) {
                insert.setString(1, other.name());
                insert.setLong(2, text.counter());
                insert.setLong(3, text.counter());
                insert.executeUpdate();
            }
            session.send(text);
            session.send(new CertificateQuery());
            // Answered by the thread that has queued the text before.
            session.expect(CertificateAnswer.class);
        }

        void letGo() throws Exception {
            connection.rollback();
            session.expect(TextAck.class);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
            session.close();
        }
    }
}
