package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged survives the sudden death of the server (section 13.1). */
@BesideOthers
class CrashTest {

    private static final int TEXTS = 200;
    private static final int RENEWALS = 4;
    private static final long LARGE = 256L << 20;

    @TempDir
    Path directory;

    @Test
    void keeps_all_that_was_acknowledged_before_it_was_killed() throws Exception {
        Path data = directory.resolve("data");
        Path log = directory.resolve("server.log");
        byte[] whole = random(300_000, 1);
        byte[] half = random(3_000_000, 2);
        List<Text> texts = new ArrayList<>();
        TestDevice device;
        UploadOpen wholeOffer;
        UploadOpen halfOffer;
        ReceiptMessage receipt;
        long durable;

        try (ServerProcess server = ServerProcess.start(data, log, "--waxwing.media.window=512KB")) {
            device = TestDevice.enrol(server.listenerPort(), server.invite("camera"));
            wholeOffer = device.offer("whole.bin", "application/octet-stream", whole);
            halfOffer = device.offer("half.bin", "application/octet-stream", half);
            TestSession session = device.connect();
            receipt = upload(session, device, wholeOffer, whole);

            session.send(halfOffer);
            session.expect(UploadReady.class);
            session.sendData(halfOffer.id(), half, 0, 524_288);
            // Half a window is acknowledged for certain; how much of the rest depends on when the file was
            // synchronised.
            durable = session.awaitAck(262_144);

            for (int i = 0; i < TEXTS; i++) {
                texts.add(new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "text " + i));
                session.send(texts.getLast());
            }
            for (int i = 0; i < TEXTS; i++) {
                session.expectAfterAcks(TextAck.class);
            }
            server.kill();
            session.cut();
        }
        assertThat(data.resolve("ports.json")).exists();

        try (ServerProcess server = ServerProcess.start(data, log, "--waxwing.media.window=512KB")) {
            device = device.at(server.listenerPort());
            TestSession session = device.connect();
            assertThat(session.channel().grant().durableCounter())
                    .isEqualTo(texts.getLast().counter());

            session.send(wholeOffer);
            assertThat(session.expect(ReceiptMessage.class)).isEqualTo(receipt);

            session.send(halfOffer);
            UploadReady ready = session.expect(UploadReady.class);
            assertThat(ready.offset()).isGreaterThanOrEqualTo(durable);
            assertThat(ready.prefixSha256()).isEqualTo(TestDevice.sha256(Arrays.copyOf(half, (int) ready.offset())));
            session.sendData(halfOffer.id(), half, (int) ready.offset(), half.length);
            session.send(device.seal(device.manifest(halfOffer, half)));
            session.expectAfterAcks(ReceiptMessage.class);

            // A seal is only accepted over texts that are all held, byte for byte.
            session.send(seal(device, texts));
            session.expect(ReceiptMessage.class);
            session.close();
            assertThat(server.stop()).isEqualTo(143);
        }
        assertThat(data.resolve("ports.json")).doesNotExist();
        assertThat(data.resolve("media/content/" + wholeOffer.id().toString().substring(0, 2) + "/" + wholeOffer.id()))
                .hasBinaryContent(whole);
    }

    /** The kill comes wherever it comes: before, during or after the server has made and answered each. */
    @Test
    void locks_no_device_out_when_it_is_killed_in_the_middle_of_renewals() throws Exception {
        Path data = directory.resolve("data");
        Path log = directory.resolve("server.log");
        List<TestDevice> devices = new ArrayList<>();
        List<KeyPair> keys = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(data, log)) {
            List<TestSession> sessions = new ArrayList<>();
            for (int i = 0; i < RENEWALS; i++) {
                devices.add(TestDevice.enrol(server.listenerPort(), server.invite("camera-" + i)));
                keys.add(TestDevice.freshKeys());
                sessions.add(devices.getLast().connect());
            }
            for (int i = 0; i < RENEWALS; i++) {
                Bytes request = TestDevice.request(
                                new PeerName("camera-" + i),
                                sessions.get(i).channel().sessionId(),
                                keys.get(i))
                        .pkcs10();
                sessions.get(i).send(new RenewalRequest(true, request));
            }
            sessions.getFirst().expect(RenewalAnswer.class);
            server.kill();
            sessions.forEach(TestSession::cut);
        }
        try (ServerProcess server = ServerProcess.start(data, log)) {
            for (int i = 0; i < RENEWALS; i++) {
                TestDevice device = devices.get(i).at(server.listenerPort());
                TestDevice renewed;
                try (TestSession session = device.connect()) {
                    renewed = device.renew(session, keys.get(i));
                    assertThat(device.renew(session, keys.get(i)).credential().certificate())
                            .isEqualTo(renewed.credential().certificate());
                }
                try (TestSession session = renewed.connect()) {
                    Sending.texts(renewed, session, "still here");
                }
            }
        }
    }

    @Test
    void takes_a_large_upload_with_a_small_heap() throws Exception {
        Path data = directory.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, directory.resolve("server.log"))) {
            TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("camera"));
            UploadOpen offer = new UploadOpen(
                    TestDevice.freshId(),
                    device.nextCounter(),
                    LARGE,
                    TestDevice.CAPTURED,
                    false,
                    "video/mp4",
                    "a.mp4");
            byte[] piece = random(UploadData.MAX_DATA, 3);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            TestSession session = device.connect();
            session.send(offer);
            long window = session.expect(UploadReady.class).window();
            long acknowledged = 0;
            for (long at = 0; at < LARGE; at += piece.length) {
                while (at + piece.length - acknowledged > window) {
                    acknowledged = session.expect(UploadAck.class).offset();
                }
                digest.update(piece);
                session.send(new UploadData(offer.id(), at, ByteBuffer.wrap(piece)));
            }
            session.send(seal(device, offer, Bytes.of(digest.digest())));
            session.expectAfterAcks(ReceiptMessage.class);
            session.close();
            assertThat(Files.size(data.resolve(
                            "media/content/" + offer.id().toString().substring(0, 2) + "/" + offer.id())))
                    .isEqualTo(LARGE);
        }
    }

    private static UploadSeal seal(TestDevice device, UploadOpen offer, Bytes sha256) {
        Bytes manifest = new Manifest(
                        device.manifest(offer, new byte[0]).device(),
                        offer.id(),
                        offer.counter(),
                        offer.name(),
                        offer.mediaType(),
                        offer.size(),
                        sha256,
                        offer.capturedAt(),
                        Manifest.NONE_BEFORE)
                .encode();
        return new UploadSeal(offer.id(), manifest, DetachedSignature.sign(manifest, device.credential()));
    }

    private static ReceiptMessage upload(TestSession session, TestDevice device, UploadOpen offer, byte[] content)
            throws Exception {
        session.send(offer);
        session.expect(UploadReady.class);
        session.sendData(offer.id(), content, 0, content.length);
        session.send(device.seal(device.manifest(offer, content)));
        return session.expectAfterAcks(ReceiptMessage.class);
    }

    private static TextSeal seal(TestDevice device, List<Text> texts) {
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

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
