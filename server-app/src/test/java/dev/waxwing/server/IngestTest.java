package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.evidence.BundleVerification;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.ReceiptVerification;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.media.Previews;
import dev.waxwing.server.media.StoredEvidence;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.media.Verification;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a device offers, and what becomes of it: through the real listener, from a real device end (sections 13 and 14). */
class IngestTest {

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
        server.usableSpace(RunningServer.ROOMY);
        device = newDevice();
    }

    private static TestDevice newDevice() throws Exception {
        return TestDevice.enrol(server.listenerPort(), server.invite("device-" + NAMES.incrementAndGet()));
    }

    @Test
    void acknowledges_a_text_and_accepts_its_seal() throws Exception {
        try (TestSession session = device.connect()) {
            Text text = text("gate open");
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());

            TextSeal seal = seal(List.of(text));
            session.send(seal);
            ReceiptMessage receipt = session.expect(ReceiptMessage.class);

            assertReceipt(session, receipt, seal.manifest());
            Transfer transfer = transfer(seal.group());
            assertThat(transfer.kind()).isEqualTo(TransferKind.TEXT);
            assertThat(transfer.state()).isEqualTo(TransferState.ACCEPTED);
            assertThat(content(transfer)).isEqualTo(TextLines.line(text).toArray());
        }
    }

    @Test
    void acknowledges_many_texts_sent_at_once_and_reports_the_highest_to_the_next_session() throws Exception {
        int count = 300;
        try (TestSession session = device.connect()) {
            for (int i = 0; i < count; i++) {
                session.send(text("text " + i));
            }
            for (int i = 1; i <= count; i++) {
                assertThat(session.expect(TextAck.class).counter()).isEqualTo(i);
            }
        }
        try (TestSession session = device.connect()) {
            assertThat(session.channel().grant().durableCounter()).isEqualTo(count);
        }
    }

    @Test
    void acknowledges_a_repeated_text_without_a_second_effect() throws Exception {
        Text text = text("once");
        try (TestSession session = device.connect()) {
            session.send(text);
            session.expect(TextAck.class);
            session.cut();
        }
        try (TestSession session = device.connect()) {
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
            TextSeal seal = seal(List.of(text));
            session.send(seal, seal);
            assertThat(session.expect(ReceiptMessage.class)).isEqualTo(session.expect(ReceiptMessage.class));
            assertThat(transfers()).hasSize(1);
        }
    }

    @Test
    void refuses_another_text_under_a_counter_that_is_taken() throws Exception {
        try (TestSession session = device.connect()) {
            Text text = text("first");
            session.send(text);
            session.expect(TextAck.class);
            session.send(new Text(text.counter(), TestDevice.freshId(), text.capturedAt(), "second"));
            TextRefused refused = session.expect(TextRefused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.CONFLICT);
            assertThat(audited(refused.incident().toString()).reason()).contains("conflict");
        }
    }

    @Test
    void refuses_the_seal_of_a_text_that_another_group_holds() throws Exception {
        try (TestSession session = device.connect()) {
            Text text = text("once only");
            session.send(text);
            session.expect(TextAck.class);
            session.send(seal(List.of(text)));
            session.expect(ReceiptMessage.class);
            session.send(seal(List.of(text)));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
        }
    }

    @Test
    void repeats_the_refusal_of_a_group_whatever_is_sealed_under_its_id() throws Exception {
        Text text = text("sealed in the end");
        try (TestSession session = device.connect()) {
            session.send(text);
            session.expect(TextAck.class);

            TextSeal right = seal(List.of(text));
            Bytes spaced = Bytes.concat(right.manifest(), Bytes.of((byte) ' '));
            refusesForEver(session, right, resealed(right, right.counters(), spaced), RefusalReason.BAD_MANIFEST);

            right = seal(List.of(text));
            Bytes foreign = seal(List.of(text)).manifest();
            refusesForEver(session, right, resealed(right, right.counters(), foreign), RefusalReason.BAD_MANIFEST);

            right = seal(List.of(text));
            refusesForEver(
                    session,
                    right,
                    new TextSeal(right.group(), right.counters(), right.manifest(), Bytes.of(random(70))),
                    RefusalReason.BAD_SIGNATURE);

            right = seal(List.of(text));
            long notHeld = device.nextCounter();
            refusesForEver(
                    session,
                    right,
                    resealed(right, List.of(text.counter(), notHeld), right.manifest()),
                    RefusalReason.MISMATCH);

            session.send(seal(List.of(text)));
            session.expect(ReceiptMessage.class);
        }
    }

    /** The wrong seal is refused, and so is the right one after it, here and in the next session. */
    private void refusesForEver(TestSession session, TextSeal right, TextSeal wrong, RefusalReason reason)
            throws Exception {
        session.send(wrong);
        Refused refused = session.expect(Refused.class);
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(transfer(right.group()).state()).isEqualTo(TransferState.REJECTED);
        assertThat(audited(refused.incident().toString()).outcome()).isEqualTo(Outcome.REFUSED);
        session.send(right, wrong);
        assertThat(session.expect(Refused.class)).isEqualTo(refused);
        assertThat(session.expect(Refused.class)).isEqualTo(refused);
    }

    @Test
    void leaves_a_group_as_it_was_when_another_manifest_comes_under_its_id() throws Exception {
        Text text = text("sealed once");
        try (TestSession session = device.connect()) {
            session.send(text);
            session.expect(TextAck.class);
            TextSeal seal = seal(List.of(text));
            session.send(seal);
            ReceiptMessage receipt = session.expect(ReceiptMessage.class);

            Bytes spaced = Bytes.concat(seal.manifest(), Bytes.of((byte) ' '));
            session.send(resealed(seal, seal.counters(), spaced));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            session.send(seal);
            assertThat(session.expect(ReceiptMessage.class)).isEqualTo(receipt);

            session.send(new TextSeal(text.id(), seal.counters(), spaced, seal.signature()));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
        }
    }

    private TextSeal resealed(TextSeal seal, List<Long> counters, Bytes manifest) {
        return new TextSeal(seal.group(), counters, manifest, DetachedSignature.sign(manifest, device.credential()));
    }

    @Test
    void accepts_an_image_with_receipt_evidence_and_preview() throws Exception {
        byte[] image = png(1200, 800);
        UploadOpen offer = device.offer("../../etc/gate\u202E.png", "image/png", image);
        try (TestSession session = device.connect()) {
            Manifest manifest = device.manifest(offer, image);
            ReceiptMessage receipt = upload(session, offer, image, device.seal(manifest));
            assertReceipt(session, receipt, manifest.encode());
        }
        Transfer transfer = transfer(offer.id());
        assertThat(transfer.kind()).isEqualTo(TransferKind.IMAGE);
        assertThat(transfer.state()).isEqualTo(TransferState.ACCEPTED);
        assertThat(transfer.typeMismatch()).isFalse();
        assertThat(transfer.mediaType()).isEqualTo("image/png");
        assertThat(transfer.name()).doesNotContain("\u202E");
        assertThat(transfer.sha256()).isEqualTo(TestDevice.sha256(image).hex());
        assertThat(content(transfer)).isEqualTo(image);
        assertEvidenceHolds(transfer);
        assertThat(verifyAgain(transfer).passed()).isTrue();

        Bytes preview =
                server.bean(Previews.class).find(transfer.id()).orElseThrow().content();
        BufferedImage small = ImageIO.read(new ByteArrayInputStream(preview.toArray()));
        assertThat(small.getWidth()).isEqualTo(480);
        assertThat(small.getHeight()).isEqualTo(320);
    }

    @Test
    void finds_content_that_was_changed_on_the_disk() throws Exception {
        byte[] content = random(10_000);
        UploadOpen offer = device.offer("log.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            upload(session, offer, content, device.seal(device.manifest(offer, content)));
        }
        Transfer transfer = transfer(offer.id());
        Path file = server.bean(Transfers.class)
                .content(transfer.id())
                .orElseThrow()
                .file();
        content[5_000] ^= 1;
        Files.write(file, content);
        Verification verification = verifyAgain(transfer);
        assertThat(verification.passed()).isFalse();
        assertThat(verification.checks())
                .filteredOn(check -> !check.passed())
                .extracting(Verification.Check::name)
                .contains("content hash");
    }

    @Test
    void accepts_an_empty_file() throws Exception {
        byte[] nothing = {};
        UploadOpen offer = device.offer("empty", "text/plain", nothing);
        try (TestSession session = device.connect()) {
            upload(session, offer, nothing, device.seal(device.manifest(offer, nothing)));
        }
        assertThat(transfer(offer.id()).state()).isEqualTo(TransferState.ACCEPTED);
    }

    @Test
    void keeps_content_that_is_not_what_it_says_but_marks_it_and_shows_no_preview() throws Exception {
        byte[] html = "<html><script>alert(1)</script></html>".getBytes();
        UploadOpen offer = device.offer("photo.jpg", "image/jpeg", html);
        try (TestSession session = device.connect()) {
            upload(session, offer, html, device.seal(device.manifest(offer, html)));
        }
        Transfer transfer = transfer(offer.id());
        assertThat(transfer.kind()).isEqualTo(TransferKind.FILE);
        assertThat(transfer.typeMismatch()).isTrue();
        assertThat(content(transfer)).isEqualTo(html);
        assertThat(server.bean(Transfers.class)
                        .content(transfer.id())
                        .orElseThrow()
                        .mediaType())
                .isEqualTo("application/octet-stream");
        assertThat(server.bean(Previews.class).find(transfer.id())).isEmpty();
    }

    @Test
    void resumes_after_an_abrupt_cut_where_it_had_stopped() throws Exception {
        byte[] content = random(1_000_000);
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        long acknowledged;
        try (TestSession session = device.connect()) {
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isZero();
            session.sendData(offer.id(), content, 0, 262_144);
            acknowledged = session.awaitAck(131_072);
            session.cut();
        }
        try (TestSession session = device.connect()) {
            session.send(offer);
            UploadReady ready = session.expect(UploadReady.class);
            assertThat(ready.offset()).isBetween(acknowledged, 262_144L);
            byte[] prefix = Arrays.copyOf(content, (int) ready.offset());
            assertThat(ready.prefixSha256()).isEqualTo(TestDevice.sha256(prefix));
            session.sendData(offer.id(), content, (int) ready.offset(), content.length);
            session.send(device.seal(device.manifest(offer, content)));
            session.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(content(transfer(offer.id()))).isEqualTo(content);
    }

    @Test
    void begins_anew_when_the_device_asks_for_it() throws Exception {
        byte[] content = random(200_000);
        UploadOpen offer = device.offer("clip.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.send(offer);
            session.expect(UploadReady.class);
            session.sendData(offer.id(), random(131_072), 0, 131_072);
            session.awaitAck(131_072);
            session.send(TestDevice.restarted(offer));
            assertThat(session.expectAfterAcks(UploadReady.class).offset()).isZero();
            session.sendData(offer.id(), content, 0, content.length);
            session.send(device.seal(device.manifest(offer, content)));
            session.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(content(transfer(offer.id()))).isEqualTo(content);
    }

    @Test
    void answers_an_accepted_upload_with_the_same_receipt_again() throws Exception {
        byte[] content = random(5_000);
        UploadOpen offer = device.offer("a.bin", "application/octet-stream", content);
        ReceiptMessage first;
        try (TestSession session = device.connect()) {
            first = upload(session, offer, content, device.seal(device.manifest(offer, content)));
            session.cut();
        }
        try (TestSession session = device.connect()) {
            session.send(offer);
            assertThat(session.expect(ReceiptMessage.class)).isEqualTo(first);
        }
        assertThat(transfers()).hasSize(1);
    }

    @Test
    void signs_a_receipt_again_whose_signer_was_replaced_and_keeps_the_evidence_as_it_was() throws Exception {
        byte[] content = random(4_000);
        UploadOpen offer = device.offer("b.bin", "application/octet-stream", content);
        UploadSeal seal = device.seal(device.manifest(offer, content));
        ReceiptMessage first;
        try (TestSession session = device.connect()) {
            first = upload(session, offer, content, seal);
        }
        byte[] ofAnother =
                DetachedSignature.sign(first.receipt(), device.credential()).toArray();
        JdbcClient jdbc = server.bean(JdbcClient.class);
        jdbc.sql("UPDATE evidence SET receipt_signature = :signature WHERE transfer_id = :id")
                .param("signature", ofAnother)
                .param("id", offer.id().toString())
                .update();
        try (TestSession session = device.connect()) {
            session.send(offer);
            ReceiptMessage again = session.expect(ReceiptMessage.class);
            assertThat(again.receipt()).isEqualTo(first.receipt());
            assertReceipt(session, again, seal.manifest());
        }
        assertThat(jdbc.sql("SELECT receipt_signature FROM evidence WHERE transfer_id = :id")
                        .param("id", offer.id().toString())
                        .query((row, _) -> row.getBytes(1))
                        .single())
                .isEqualTo(ofAnother);
    }

    @Test
    void lets_a_newer_session_take_an_upload_over() throws Exception {
        byte[] content = random(300_000);
        UploadOpen offer = device.offer("b.bin", "application/octet-stream", content);
        try (TestSession older = device.connect()) {
            older.begin(offer, content, 131_072);
            older.awaitAck(131_072);
            try (TestSession newer = device.connect()) {
                Exception end = older.expectEnd();
                assertThat(end).isInstanceOf(PeerAlertException.class);
                assertThat(((PeerAlertException) end).alert().code()).isEqualTo(AlertCode.GOING_AWAY);
                newer.resume(offer, content, 131_072);
                newer.send(device.seal(device.manifest(offer, content)));
                newer.expectAfterAcks(ReceiptMessage.class);
                assertThat(server.bean(Sessions.class).live())
                        .filteredOn(session -> session.device().equals(device.name()))
                        .hasSize(1);
            }
        }
    }

    @Test
    void ends_a_revoked_session_within_a_second_and_puts_its_upload_aside() throws Exception {
        byte[] content = random(400_000);
        UploadOpen offer = device.offer("c.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, 131_072);
            session.awaitAck(131_072);

            long revokedAt = System.nanoTime();
            server.bean(Revocation.class)
                    .revoke(
                            SerialNumber.of(device.credential().certificate()),
                            RevocationReason.KEY_COMPROMISE,
                            "test");
            Exception end = session.expectEnd();
            assertThat(Duration.ofNanos(System.nanoTime() - revokedAt)).isLessThan(Duration.ofSeconds(1));
            assertThat(((PeerAlertException) end).alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
            assertThat(audited(((PeerAlertException) end).alert().incident().toString())
                            .reason())
                    .contains("revoked");
        }
        await().untilAsserted(() -> assertThat(transfer(offer.id()).state()).isEqualTo(TransferState.QUARANTINED));
        assertThat(server.bean(Transfers.class).content(offer.id().toString())).isEmpty();
        await().untilAsserted(() -> assertThat(directory.resolve("data/media/quarantine/" + offer.id() + ".part"))
                .exists());
    }

    @Test
    void refuses_a_revoked_device_and_names_the_reason_in_the_audit_trail_only() throws Exception {
        server.bean(Revocation.class)
                .revoke(SerialNumber.of(device.credential().certificate()), RevocationReason.SUPERSEDED, "test");
        PeerAlertException refused = assertThrows(PeerAlertException.class, () -> device.connect());
        assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
        await().untilAsserted(() -> assertThat(
                        audited(refused.alert().incident().toString()).reason())
                .contains("revoked"));
    }

    @Test
    void refuses_a_new_upload_when_the_disk_is_nearly_full() throws Exception {
        server.usableSpace(300L << 20);
        byte[] content = random(1_000);
        UploadOpen large = new UploadOpen(
                TestDevice.freshId(),
                device.nextCounter(),
                100L << 20,
                TestDevice.CAPTURED,
                false,
                "video/mp4",
                "long.mp4");
        UploadOpen small = device.offer("small.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.send(large);
            Refused refused = session.expect(Refused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.STORAGE_FULL);
            assertThat(refused.retryAfter()).isPositive();
            assertThat(transfers()).isEmpty();
            upload(session, small, content, device.seal(device.manifest(small, content)));

            server.usableSpace(RunningServer.ROOMY);
            session.send(large);
            assertThat(session.expect(UploadReady.class).offset()).isZero();
        }
    }

    @Test
    void refuses_the_rest_when_the_disk_fills_up_and_goes_on_when_there_is_room_again() throws Exception {
        byte[] content = random(600_000);
        UploadOpen offer = device.offer("d.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, 131_072);
            session.awaitAck(131_072);
            server.usableSpace(10 << 20);
            session.sendData(offer.id(), content, 131_072, 262_144);
            assertThat(session.expectAfterAcks(Refused.class).reason()).isEqualTo(RefusalReason.STORAGE_FULL);
            assertThat(transfer(offer.id()).state()).isEqualTo(TransferState.RECEIVING);

            server.usableSpace(RunningServer.ROOMY);
            session.send(offer);
            UploadReady ready = session.expect(UploadReady.class);
            assertThat(ready.offset()).isGreaterThanOrEqualTo(131_072);
            session.sendData(offer.id(), content, (int) ready.offset(), content.length);
            session.send(device.seal(device.manifest(offer, content)));
            session.expectAfterAcks(ReceiptMessage.class);
        }
    }

    @Test
    void takes_no_texts_and_seals_none_while_the_disk_is_down_to_the_reserve() throws Exception {
        try (TestSession session = device.connect()) {
            Text held = text("held");
            session.send(held);
            session.expect(TextAck.class);

            server.usableSpace(256L << 20);
            Text late = text("late");
            session.send(late);
            TextRefused refused = session.expect(TextRefused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.STORAGE_FULL);
            assertThat(refused.retryAfter()).isPositive();
            TextSeal seal = seal(List.of(held));
            session.send(seal);
            Refused unsealed = session.expect(Refused.class);
            assertThat(unsealed.reason()).isEqualTo(RefusalReason.STORAGE_FULL);
            assertThat(unsealed.retryAfter()).isPositive();

            server.usableSpace(RunningServer.ROOMY);
            session.send(late);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(late.counter());
            session.send(seal);
            session.expect(ReceiptMessage.class);
        }
    }

    @Test
    void refuses_another_upload_under_a_counter_that_is_taken() throws Exception {
        byte[] content = random(100);
        UploadOpen offer = device.offer("e.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            upload(session, offer, content, device.seal(device.manifest(offer, content)));
            session.send(new UploadOpen(
                    TestDevice.freshId(), offer.counter(), 100, offer.capturedAt(), false, "text/plain", "other"));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            session.send(new UploadOpen(
                    offer.id(), offer.counter(), 101, offer.capturedAt(), false, offer.mediaType(), offer.name()));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            session.send(new Text(offer.counter(), TestDevice.freshId(), TestDevice.CAPTURED, "the same number"));
            assertThat(session.expect(TextRefused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
        }
    }

    @Test
    void rejects_a_manifest_of_other_content_for_good() throws Exception {
        byte[] content = random(1_000);
        byte[] other = content.clone();
        other[500] ^= 1;
        UploadOpen offer = device.offer("f.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, content.length);
            session.send(device.seal(device.manifest(offer, other)));
            Refused refused = session.expectAfterAcks(Refused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.MISMATCH);

            session.send(offer);
            assertThat(session.expect(Refused.class)).isEqualTo(refused);
            Transfer transfer = transfer(offer.id());
            assertThat(transfer.state()).isEqualTo(TransferState.REJECTED);
            assertThat(transfer.reference()).isEqualTo(refused.incident().toString());
            assertThat(audited(refused.incident().toString()).outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(directory.resolve("data/media/incoming/" + offer.id() + ".part"))
                    .doesNotExist();
        }
    }

    @Test
    void repeats_the_refusal_of_an_upload_whatever_is_offered_under_its_id() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("o.bin", "application/octet-stream", content);
        Refused refused;
        try (TestSession session = device.connect()) {
            session.begin(offer, content, content.length);
            Bytes manifest = device.manifest(offer, content).encode();
            session.send(new UploadSeal(offer.id(), manifest, Bytes.of(random(70))));
            refused = session.expectAfterAcks(Refused.class);
            assertThat(refused.reason()).isEqualTo(RefusalReason.BAD_SIGNATURE);
        }
        try (TestSession session = device.connect()) {
            session.send(offer, TestDevice.restarted(offer));
            assertThat(session.expect(Refused.class)).isEqualTo(refused);
            assertThat(session.expect(Refused.class)).isEqualTo(refused);
            session.send(new UploadOpen(
                    offer.id(), device.nextCounter(), 7, offer.capturedAt(), true, "text/plain", "other"));
            assertThat(session.expect(Refused.class)).isEqualTo(refused);
        }
    }

    @Test
    void refuses_an_upload_that_leaves_no_room_for_its_manifest_when_it_is_opened() throws Exception {
        UploadOpen offer = device.offer("\u0001".repeat(4_096), "application/octet-stream", new byte[3]);
        refusesOpening(offer, RefusalReason.BAD_MANIFEST);
    }

    @Test
    void refuses_an_upload_that_is_too_large_when_it_is_opened() throws Exception {
        refusesOpening(
                new UploadOpen(
                        TestDevice.freshId(),
                        device.nextCounter(),
                        1L << 41,
                        TestDevice.CAPTURED,
                        false,
                        "video/mp4",
                        "endless.mp4"),
                RefusalReason.TOO_LARGE);
    }

    /** Refused for good, without harm to the session. */
    private void refusesOpening(UploadOpen offer, RefusalReason reason) throws Exception {
        try (TestSession session = device.connect()) {
            session.send(offer);
            Refused refused = session.expect(Refused.class);
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(transfer(offer.id()).state()).isEqualTo(TransferState.REJECTED);
            assertThat(audited(refused.incident().toString()).outcome()).isEqualTo(Outcome.REFUSED);
            session.send(TestDevice.restarted(offer));
            assertThat(session.expect(Refused.class)).isEqualTo(refused);
            assertThat(session.channel().isOpen()).isTrue();
        }
    }

    @Test
    void leaves_an_upload_as_it_was_when_another_comes_under_its_id() throws Exception {
        byte[] content = random(200_000);
        UploadOpen offer = device.offer("p.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, 131_072);
            session.awaitAck(131_072);
            session.send(new UploadOpen(
                    offer.id(), offer.counter(), 7, offer.capturedAt(), true, offer.mediaType(), offer.name()));
            assertThat(session.expectAfterAcks(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isEqualTo(131_072);
        }
    }

    @Test
    void knows_no_upload_to_seal_once_it_is_accepted() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("q.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            UploadSeal seal = device.seal(device.manifest(offer, content));
            ReceiptMessage receipt = upload(session, offer, content, seal);
            session.send(seal);
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.UNKNOWN_UPLOAD);
            session.send(offer);
            assertThat(session.expect(ReceiptMessage.class)).isEqualTo(receipt);
        }
    }

    @Test
    void rejects_a_manifest_that_disagrees_with_the_offer() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("g.bin", "application/octet-stream", content);
        UploadOpen renamed = new UploadOpen(
                offer.id(), offer.counter(), offer.size(), offer.capturedAt(), false, offer.mediaType(), "h.bin");
        assertThat(refusalOf(offer, content, device.seal(device.manifest(renamed, content))))
                .isEqualTo(RefusalReason.BAD_MANIFEST);
    }

    @Test
    void rejects_a_manifest_that_is_not_canonical() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("i.bin", "application/octet-stream", content);
        Bytes spaced = Bytes.concat(device.manifest(offer, content).encode(), Bytes.of((byte) ' '));
        UploadSeal seal = new UploadSeal(offer.id(), spaced, DetachedSignature.sign(spaced, device.credential()));
        assertThat(refusalOf(offer, content, seal)).isEqualTo(RefusalReason.BAD_MANIFEST);
    }

    @Test
    void rejects_a_manifest_signed_by_another_device() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("j.bin", "application/octet-stream", content);
        Bytes manifest = device.manifest(offer, content).encode();
        UploadSeal seal = new UploadSeal(
                offer.id(),
                manifest,
                DetachedSignature.sign(manifest, newDevice().credential()));
        assertThat(refusalOf(offer, content, seal)).isEqualTo(RefusalReason.BAD_SIGNATURE);
    }

    @Test
    void rejects_a_signature_that_is_none() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("k.bin", "application/octet-stream", content);
        UploadSeal seal =
                new UploadSeal(offer.id(), device.manifest(offer, content).encode(), Bytes.of(random(70)));
        assertThat(refusalOf(offer, content, seal)).isEqualTo(RefusalReason.BAD_SIGNATURE);
    }

    @Test
    void refuses_data_out_of_order_once_and_drops_what_follows() throws Exception {
        byte[] content = random(300_000);
        UploadOpen offer = device.offer("l.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.send(offer);
            session.expect(UploadReady.class);
            session.send(new UploadData(offer.id(), 10, ByteBuffer.wrap(content, 10, 1_000)));
            session.sendData(offer.id(), content, 1_010, 200_000);
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.UNKNOWN_UPLOAD);
            session.send(offer);
            assertThat(session.expect(UploadReady.class).offset()).isZero();
        }
    }

    @Test
    void refuses_more_open_uploads_than_it_announced() throws Exception {
        try (TestSession session = device.connect()) {
            int allowed = session.channel().grant().maxOpenUploads();
            for (int i = 0; i < allowed; i++) {
                session.send(device.offer("m" + i, "application/octet-stream", new byte[10]));
                session.expect(UploadReady.class);
            }
            session.send(device.offer("one too many", "application/octet-stream", new byte[10]));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.TOO_MANY);
        }
    }

    @Test
    void an_upload_offered_again_as_something_else_gives_its_room_back() throws Exception {
        // Beside the reserve: what one upload is promised, two windows of 256 KiB, and half as much again.
        server.usableSpace((256L << 20) + (768 << 10));
        long mostOfTheRoom = 512 << 10;
        UploadOpen first = offer(TestDevice.freshId(), mostOfTheRoom);
        try (TestSession session = device.connect()) {
            session.send(first);
            session.expect(UploadReady.class);
            session.send(offer(first.id(), 1L << 50));
            assertThat(session.expect(Refused.class).reason()).isEqualTo(RefusalReason.CONFLICT);
            session.send(offer(TestDevice.freshId(), mostOfTheRoom));
            session.expect(UploadReady.class);
        }
    }

    @Test
    void an_upload_that_sends_nothing_does_not_keep_others_out() throws Exception {
        long mostOfTheRoom = 700L << 30;
        TestDevice other = newDevice();
        try (TestSession idle = device.connect();
                TestSession session = other.connect()) {
            idle.send(offer(TestDevice.freshId(), mostOfTheRoom));
            idle.expect(UploadReady.class);
            session.send(offer(TestDevice.freshId(), mostOfTheRoom));
            session.expect(UploadReady.class);
        }
    }

    private UploadOpen offer(ItemId id, long size) {
        return new UploadOpen(
                id, device.nextCounter(), size, TestDevice.CAPTURED, false, "application/octet-stream", "p.bin");
    }

    @Test
    void tells_a_device_that_lost_its_state_of_counters_that_uploads_have_used() throws Exception {
        byte[] content = random(1_000);
        UploadOpen offer = device.offer("o.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.send(offer);
            session.expect(UploadReady.class);
        }
        try (TestSession session = device.connect()) {
            assertThat(session.channel().grant().durableCounter()).isEqualTo(offer.counter());
        }
    }

    @Test
    void forgets_a_cancelled_upload() throws Exception {
        byte[] content = random(200_000);
        UploadOpen offer = device.offer("n.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, 131_072);
            session.awaitAck(131_072);
            session.send(new UploadCancel(offer.id()), offer);
            assertThat(session.expectAfterAcks(UploadReady.class).offset()).isZero();
        }
    }

    @Test
    void closes_garbage_in_silence_and_keeps_the_reason() throws Exception {
        long before = auditCount("session.refused");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET / HTTP/1.1\r\n\r\n".getBytes());
            out.flush();
            socket.setSoTimeout(10_000);
            InputStream in = socket.getInputStream();
            assertThat(silence(in)).isTrue();
        }
        await().untilAsserted(() -> assertThat(auditCount("session.refused")).isGreaterThan(before));
    }

    @Test
    void knows_its_devices_and_keeps_an_unbroken_audit_trail() throws Exception {
        try (TestSession session = device.connect()) {
            assertThat(session.channel().isOpen()).isTrue();
            await().untilAsserted(() -> assertThat(server.bean(Devices.class)
                            .find(device.name())
                            .orElseThrow()
                            .lastSeenAt())
                    .isNotNull());
        }
        assertThat(server.bean(AuditLog.class).verify().intact()).isTrue();
    }

    private static boolean silence(InputStream in) throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private RefusalReason refusalOf(UploadOpen offer, byte[] content, UploadSeal seal) throws Exception {
        try (TestSession session = device.connect()) {
            session.begin(offer, content, content.length);
            session.send(seal);
            RefusalReason reason = session.expectAfterAcks(Refused.class).reason();
            assertThat(transfer(offer.id()).state()).isEqualTo(TransferState.REJECTED);
            return reason;
        }
    }

    private static ReceiptMessage upload(TestSession session, UploadOpen offer, byte[] content, UploadSeal seal)
            throws Exception {
        session.send(offer);
        UploadReady ready = session.expect(UploadReady.class);
        session.sendData(offer.id(), content, (int) ready.offset(), content.length);
        session.send(seal);
        return session.expectAfterAcks(ReceiptMessage.class);
    }

    private Text text(String text) {
        return new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, text);
    }

    private TextSeal seal(List<Text> texts) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        texts.forEach(text -> lines.writeBytes(TextLines.line(text).toArray()));
        UploadOpen group = new UploadOpen(
                TestDevice.freshId(),
                device.nextCounter(),
                lines.size(),
                TestDevice.CAPTURED,
                false,
                TextLines.MEDIA_TYPE,
                TextLines.NAME);
        UploadSeal signed = device.seal(device.manifest(group, lines.toByteArray()));
        return new TextSeal(
                group.id(), texts.stream().map(Text::counter).toList(), signed.manifest(), signed.signature());
    }

    private static void assertReceipt(TestSession session, ReceiptMessage receipt, Bytes manifest) throws Exception {
        session.send(new CertificateQuery());
        List<X509Certificate> chain = new ArrayList<>();
        for (Bytes certificate :
                session.expectAfterAcks(CertificateAnswer.class).chain()) {
            chain.add(Certificates.parse(certificate.toArray()));
        }
        VerificationReport report = ReceiptVerification.verify(
                manifest, receipt.receipt(), receipt.signature(), chain, TrustedRoots.of(root()));
        assertThat(report.lines()).allMatch(line -> line.outcome() == VerificationReport.Outcome.PASSED);
    }

    private static void assertEvidenceHolds(Transfer transfer) throws Exception {
        StoredEvidence evidence =
                server.bean(Transfers.class).evidence(transfer.id()).orElseThrow();
        Path zip = Files.createTempFile(directory, "evidence", ".zip");
        try (OutputStream out = Files.newOutputStream(zip)) {
            evidence.writeTo(out);
        }
        VerificationReport report = BundleVerification.verify(zip, Optional.of(TrustedRoots.of(root())));
        assertThat(report.lines()).allMatch(line -> line.outcome() == VerificationReport.Outcome.PASSED);
    }

    private static TrustedRoot root() throws Exception {
        return TrustedRoot.of(server.bean(CertificateAuthority.class).rootCertificate());
    }

    private static Verification verifyAgain(Transfer transfer) {
        return server.bean(Transfers.class).verifyAgain(transfer.id(), "test").orElseThrow();
    }

    private static Transfer transfer(ItemId id) {
        return server.bean(Transfers.class).find(id.toString()).orElseThrow();
    }

    private List<Transfer> transfers() {
        return server.bean(Transfers.class)
                .page(new TransferFilter(device.name(), null, null), 0, 100)
                .items();
    }

    private static byte[] content(Transfer transfer) throws IOException {
        return Files.readAllBytes(server.bean(Transfers.class)
                .content(transfer.id())
                .orElseThrow()
                .file());
    }

    /** Waits for it: a peer may see its alert before the entry is written. */
    private static AuditEntry audited(String reference) {
        return await().until(() -> server.audited(reference, 1), entries -> !entries.isEmpty())
                .getFirst();
    }

    private static long auditCount(String action) {
        return server.bean(AuditLog.class).page(action, 0, 1).total();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        // Nothing that a detector takes for a type.
        if (size > 0) {
            bytes[0] = 0;
        }
        return bytes;
    }

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }
}
