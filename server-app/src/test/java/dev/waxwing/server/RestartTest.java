package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.PeerAlertException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server does when it stops, and what it finds, and mends, when it starts again. */
class RestartTest {

    @TempDir
    Path directory;

    @Test
    void answers_what_it_owes_before_it_stops_and_undoes_what_was_half_done_when_it_starts() throws Exception {
        Path data = directory.resolve("data");
        byte[] first = random(100_000);
        byte[] second = random(200_000);
        TestDevice device;
        UploadOpen accepted;
        UploadOpen open;

        try (RunningServer server = RunningServer.start(data)) {
            device = TestDevice.enrol(server.listenerPort(), server.invite("camera"));
            accepted = device.offer("first.bin", "application/octet-stream", first);
            open = device.offer("second.bin", "application/octet-stream", second);
            TestSession session = device.connect();
            session.begin(accepted, first, first.length);
            session.send(device.seal(device.manifest(accepted, first)));
            session.expectAfterAcks(ReceiptMessage.class);
            session.begin(open, second, second.length);
            session.awaitAck(second.length);

            Text text = new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "last words");
            session.send(text);
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
            server.stop();
            Exception end = session.expectEnd();
            assertThat(end).isInstanceOf(PeerAlertException.class);
            assertThat(((PeerAlertException) end).alert().code()).isEqualTo(AlertCode.GOING_AWAY);
        }

        // As if the process had died after the content was in place and before its row was accepted,
        Path content =
                data.resolve("media/content").resolve(open.id().toString().substring(0, 2));
        Files.createDirectories(content);
        Files.move(
                data.resolve("media/incoming/" + open.id() + ".part"),
                content.resolve(open.id().toString()));
        // and between the end of a row and the removal of its part.
        Path orphan = Files.writeString(data.resolve("media/incoming/" + "0".repeat(32) + ".part"), "orphan");
        Files.delete(data.resolve("media/content")
                .resolve(accepted.id().toString().substring(0, 2))
                .resolve(accepted.id().toString()));

        try (RunningServer server = RunningServer.start(data)) {
            assertThat(orphan).doesNotExist();
            device = device.at(server.listenerPort());
            TestSession session = device.connect();
            session.send(open);
            assertThat(session.expect(UploadReady.class).offset()).isEqualTo(second.length);
            session.send(device.seal(device.manifest(open, second)));
            session.expectAfterAcks(ReceiptMessage.class);
            assertThat(transfer(server, open).state()).isEqualTo(TransferState.ACCEPTED);
            await().untilAsserted(() ->
                    assertThat(transfer(server, accepted).reason()).contains("missing"));
            session.close();
        }
    }

    @Test
    void puts_aside_when_it_starts_what_a_device_had_half_sent_that_was_revoked_before_it_stopped() throws Exception {
        Path data = directory.resolve("data");
        byte[] content = random(200_000);
        TestDevice revoked;
        TestDevice good;
        UploadOpen half;
        UploadOpen other;
        try (RunningServer server = RunningServer.start(data)) {
            revoked = TestDevice.enrol(server.listenerPort(), server.invite("revoked"));
            good = TestDevice.enrol(server.listenerPort(), server.invite("good"));
            half = halfSend(revoked, content);
            other = halfSend(good, content);
            // As if the process had died between the revocation and all that follows from it.
            server.bean(Inventory.class)
                    .revoke(
                            SerialNumber.of(revoked.credential().certificate()),
                            RevocationReason.KEY_COMPROMISE,
                            "test",
                            Instant.now());
        }
        try (RunningServer server = RunningServer.start(data)) {
            await().untilAsserted(
                            () -> assertThat(transfer(server, half).state()).isEqualTo(TransferState.QUARANTINED));
            assertThat(data.resolve("media/quarantine/" + half.id() + ".part")).exists();
            assertThat(transfer(server, other).state()).isEqualTo(TransferState.RECEIVING);
        }
    }

    private static UploadOpen halfSend(TestDevice device, byte[] content) throws Exception {
        UploadOpen offer = device.offer("half.bin", "application/octet-stream", content);
        try (TestSession session = device.connect()) {
            session.begin(offer, content, 131_072);
            session.awaitAck(131_072);
        }
        return offer;
    }

    private static Transfer transfer(RunningServer server, UploadOpen offer) {
        return server.bean(Transfers.class).find(offer.id().toString()).orElseThrow();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
