package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.web.Page;
import dev.waxwing.channel.CryptoPermits;
import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.evidence.BundleVerification;
import dev.waxwing.evidence.Check;
import dev.waxwing.evidence.ClassicManifest;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.device.DeviceState;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.media.Previews;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Session;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The classic protocol at a running server, through the real listener (docs/classic.md). */
@BesideOthers
class ClassicTest {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    static Path directory;

    private static RunningServer server;

    private String name;
    private ClassicKit kit;

    @BeforeAll
    static void start() {
        server = RunningServer.start(
                directory.resolve("data"), "--waxwing.classic.enabled=true", "--waxwing.classic.max-file=1MB");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void make_a_kit() {
        server.usableSpace(RunningServer.ROOMY);
        name = "old-" + NAMES.incrementAndGet();
        kit = kit(server, name, false);
    }

    private static ClassicKit kit(RunningServer server, String name, boolean replace) {
        return switch (server.bean(ClassicKits.class).make(name, replace, "test")) {
            case KitResult.Made made -> made.kit();
            case KitResult.Refused refused -> throw new AssertionError(refused);
        };
    }

    @Test
    void a_text_a_photograph_and_a_video_arrive_byte_for_byte_and_are_marked() throws Exception {
        byte[] photograph = jpeg();
        byte[] video = mp4(300_000);
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            session.text("Tor 7 ist offen");
            assertThat(session.file("photo.jpg", photograph)).isEqualTo(ClassicVerdict.ACCEPTED);
            assertThat(session.file("../../clip.mp4", video)).isEqualTo(ClassicVerdict.ACCEPTED);
            Session live = server.bean(Sessions.class).live().stream()
                    .filter(one -> one.device().equals(name))
                    .findFirst()
                    .orElseThrow();
            assertThat(live.trustLevel()).isEqualTo("classic");
            session.end();
        }

        List<Transfer> transfers = transfers();
        assertThat(transfers).extracting(Transfer::trustLevel).containsOnly("classic");
        assertThat(transfers).extracting(Transfer::state).containsOnly(TransferState.ACCEPTED);
        assertThat(transfers)
                .extracting(Transfer::kind)
                .containsExactly(TransferKind.VIDEO, TransferKind.IMAGE, TransferKind.TEXT);
        assertThat(content(transfers.get(0))).isEqualTo(video);
        assertThat(content(transfers.get(1))).isEqualTo(photograph);
        assertThat(new String(content(transfers.get(2)), StandardCharsets.UTF_8))
                .contains("\"text\":\"Tor 7 ist offen\"");
        assertThat(server.bean(Previews.class).find(transfers.get(1).id())).isPresent();
        assertThat(server.bean(Transfers.class)
                        .content(transfers.get(0).id())
                        .orElseThrow()
                        .name())
                .isEqualTo("clip.mp4");

        Device device = server.bean(Devices.class).find(name).orElseThrow();
        assertThat(device.trustLevel()).isEqualTo("classic");
        assertThat(device.state()).isEqualTo(DeviceState.ACTIVE);
        assertThat(device.lastSeenAt()).isNotNull();
        await().untilAsserted(
                        () -> assertThat(actions()).contains("classic.session.accepted", "classic.session.ended"));
    }

    @Test
    void the_evidence_of_a_photograph_holds_offline_and_again_on_the_server() throws Exception {
        send("photo.jpg", jpeg());
        Transfer transfer = transfers().getFirst();
        VerificationReport report = verify(transfer);
        assertThat(report.holds()).as(report.lines().toString()).isTrue();
        assertThat(report.outcome(Check.CONTENT_SIGNATURE)).isEqualTo(VerificationReport.Outcome.PASSED);
        assertThat(report.receipt().orElseThrow().trustLevel()).isEqualTo(TrustLevel.CLASSIC);
        assertThat(server.bean(Transfers.class).receipt(transfer.id())).isPresent();
        assertThat(server.bean(Transfers.class)
                        .verifyAgain(transfer.id(), "test")
                        .orElseThrow()
                        .passed())
                .isTrue();

        Files.write(
                directory.resolve("data/media/content/" + transfer.id().substring(0, 2) + "/" + transfer.id()),
                new byte[] {1});
        assertThat(server.bean(Transfers.class)
                        .verifyAgain(transfer.id(), "test")
                        .orElseThrow()
                        .passed())
                .isFalse();
    }

    @Test
    void the_evidence_of_a_text_says_that_nobody_signed_it() throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            session.text("hello");
            session.end();
        }
        VerificationReport report = verify(transfers().getFirst());
        assertThat(report.holds()).isTrue();
        assertThat(((ClassicManifest) report.manifest().orElseThrow()).signature())
                .isEqualTo(ClassicManifest.ContentSignature.NONE);
    }

    @Test
    void an_empty_text_is_a_text() throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            session.text("");
            session.text("and one that says something");
            session.end();
        }
        assertThat(transfers()).extracting(Transfer::state).containsOnly(TransferState.ACCEPTED);
        assertThat(new String(content(transfers().getLast()), StandardCharsets.UTF_8))
                .contains("\"text\":\"\"");
        assertThat(verify(transfers().getLast()).holds()).isTrue();
    }

    @Test
    void a_file_whose_signature_is_wrong_is_rejected_and_the_session_goes_on() throws Exception {
        byte[] content = jpeg();
        try (RawClassicDevice raw = new RawClassicDevice(server.listenerPort(), kit)) {
            raw.handshake();
            raw.send(raw.record("<IMGX>", RawClassicDevice.payload("a.jpg", content, raw.signature(new byte[] {1}))));
            assertThat(raw.acknowledgement()).contains("IMX_REJECTED");
            raw.send(raw.record("<IMGX>", RawClassicDevice.payload("a.jpg", content, raw.signature(content))));
            assertThat(raw.acknowledgement()).contains("IMX_RECEIVED");
            raw.send("<ENDD>".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.rest()).isEmpty();
        }
        List<Transfer> transfers = transfers();
        assertThat(transfers)
                .extracting(Transfer::state)
                .containsExactly(TransferState.ACCEPTED, TransferState.REJECTED);
        Transfer rejected = transfers.getLast();
        assertThat(server.bean(Transfers.class).content(rejected.id())).isEmpty();
        assertThat(server.bean(Transfers.class).evidence(rejected.id())).isEmpty();
        assertThat(audited(String.valueOf(rejected.reference())).getFirst().reason())
                .contains("bad_signature");
    }

    @Test
    void of_many_badly_signed_files_in_one_session_twenty_are_listed_and_the_others_counted() throws Exception {
        byte[] content = {1};
        try (RawClassicDevice raw = new RawClassicDevice(server.listenerPort(), kit)) {
            raw.handshake();
            for (int i = 0; i < 35; i++) {
                raw.send(raw.record("<IMGX>", RawClassicDevice.payload("a.jpg", content, new byte[256])));
                assertThat(raw.acknowledgement()).contains("IMX_REJECTED");
            }
            raw.send(raw.record("<IMGX>", RawClassicDevice.payload("a.jpg", content, raw.signature(content))));
            assertThat(raw.acknowledgement()).contains("IMX_RECEIVED");
            raw.send("<ENDD>".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.rest()).isEmpty();
        }
        await().untilAsserted(() -> assertThat(actions()).contains("classic.session.ended"));
        List<AuditEntry> refused = audited("device:" + name).stream()
                .filter(entry -> entry.action().equals("upload.refused"))
                .toList();
        assertThat(refused)
                .hasSize(20 + 1 + 1)
                .allMatch(entry -> String.valueOf(entry.reason()).startsWith("classic: "));
        assertThat(refused)
                .filteredOn(entry -> String.valueOf(entry.reason()).contains("15 refusals of one kind"))
                .hasSize(1);
        assertThat(server.bean(Transfers.class)
                        .page(new TransferFilter(name, null, null), 0, 1)
                        .total())
                .isEqualTo(20 + 1);
    }

    @Test
    void whoever_has_only_the_certificate_does_not_open_one_session_after_another() throws Exception {
        int opened = 0;
        while (handshakes(kit)) {
            opened++;
            assertThat(opened).isLessThan(40);
        }
        assertThat(opened).isGreaterThanOrEqualTo(10);
        await().untilAsserted(() -> assertThat(audited(name + " comes too often"))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.subject()).isEqualTo(name)));
    }

    /** Whether the server goes on after the nonce. */
    private static boolean handshakes(ClassicKit kit) throws IOException {
        try (RawClassicDevice raw = new RawClassicDevice(server.listenerPort(), kit)) {
            raw.hello();
            assertThat(raw.acknowledgement()).contains("CERT_RECEIVED");
            byte[] nonce = new byte[16];
            RANDOM.nextBytes(nonce);
            raw.send(nonce);
            return raw.acknowledgement().isPresent();
        }
    }

    @Test
    void a_device_that_signs_what_it_sends_comes_as_often_as_it_likes() throws Exception {
        for (int i = 0; i < 25; i++) {
            send("photo.jpg", new byte[] {(byte) i});
        }
    }

    @Test
    void a_slow_handshake_counts_as_lapsed_and_one_for_which_no_processor_was_free_as_nothing() throws Exception {
        try (RunningServer strict = RunningServer.start(
                directory.resolve("slow"),
                "--waxwing.classic.enabled=true",
                "--waxwing.classic.handshake=1s",
                "--waxwing.listener.crypto-permits=1",
                "--waxwing.listener.exempt-sources=",
                "--waxwing.listener.penalties.left=30s",
                "--waxwing.listener.penalties.no-show=60s",
                "--waxwing.listener.penalties.threshold=50s",
                "--waxwing.listener.penalties.max=1h")) {
            Gate gate = strict.bean(Gate.class);
            ClassicKit waiting = kit(strict, "waiting", false);
            CryptoPermits.Permit taken = strict.bean(CryptoPermits.class).acquire(Duration.ofSeconds(1));
            for (int i = 0; i < 2; i++) {
                try (RawClassicDevice raw = new RawClassicDevice(strict.listenerPort(), waiting)) {
                    assertThat(catchThrowable(raw::handshake)).isNotNull();
                }
            }
            await().untilAsserted(() ->
                    assertThat(strict.audited("no processor was free", 5)).hasSize(2));
            taken.close();
            assertThat(gate.penalised()).isZero();

            try (Socket socket = socket(strict)) {
                OutputStream out = socket.getOutputStream();
                out.write("<HELO>\0\0\4\0".getBytes(StandardCharsets.US_ASCII));
                await().pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(() -> {
                    boolean penalised = gate.penalised() == 1;
                    out.write(0);
                    return penalised;
                });
            }
        }
    }

    @Test
    void a_file_that_is_not_what_its_name_says_is_kept_and_marked() throws Exception {
        send("photo.jpg", "PK\3\4 not a picture".getBytes(StandardCharsets.US_ASCII));
        Transfer transfer = transfers().getFirst();
        assertThat(transfer.typeMismatch()).isTrue();
        assertThat(transfer.kind()).isEqualTo(TransferKind.FILE);
    }

    @Test
    void a_full_disk_rejects_files_and_leaves_nothing() throws Exception {
        server.usableSpace(1);
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            assertThat(session.file("photo.jpg", jpeg())).isEqualTo(ClassicVerdict.REJECTED);
            server.usableSpace(RunningServer.ROOMY);
            assertThat(session.file("photo.jpg", jpeg())).isEqualTo(ClassicVerdict.ACCEPTED);
            session.end();
        }
        assertThat(transfers()).extracting(Transfer::state).containsExactly(TransferState.ACCEPTED);
    }

    @Test
    void a_file_beyond_the_limit_ends_the_session_in_silence() throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.file("big.bin", new byte[3 << 20]));
        }
        assertThat(transfers()).isEmpty();
        await().untilAsserted(() -> assertThat(audited(name))
                .anyMatch(
                        entry -> entry.action().equals("classic.session.ended") && entry.outcome() == Outcome.REFUSED));
    }

    @Test
    void a_device_that_is_not_listed_with_this_key_gets_the_same_silence_for_every_reason() throws Exception {
        ClassicDevices devices = server.bean(ClassicDevices.class);
        String replaced = "old-" + NAMES.incrementAndGet();
        ClassicKit former = kit(server, replaced, false);
        kit(server, replaced, true);
        assertRefused(former, "another key");

        devices.setDisabled(name, true, "test");
        assertRefused(kit, "kept out");
        assertThat(server.bean(Devices.class).find(name).orElseThrow().state()).isEqualTo(DeviceState.DISABLED);
        devices.setDisabled(name, false, "test");
        send("photo.jpg", jpeg());

        devices.remove(name, "test");
        assertRefused(kit, "not on the list");

        try (RunningServer other = RunningServer.start(directory.resolve("other"))) {
            ClassicKit foreign = kit(other, replaced, false);
            assertRefused(new ClassicKit(kit.authority(), kit.server(), foreign.device()), "did not sign");
        }
    }

    @Test
    void a_device_that_is_kept_out_loses_its_session_at_once() throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            session.text("still here");
            server.bean(ClassicDevices.class).setDisabled(name, true, "test");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.text("and now?"));
        }
        assertThat(transfers()).hasSize(1);
    }

    @Test
    void a_name_that_has_completed_wxp2_never_comes_by_classic_again() throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            session.text("last words by classic");
            TestDevice moved = TestDevice.enrol(server.listenerPort(), server.invite(name));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.text("and now?"));
            assertRefused(kit, "completed WXP/2");
            try (TestSession wxp2 = moved.connect()) {
                wxp2.send(new Text(moved.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "by WXP/2"));
                wxp2.expect(TextAck.class);
                assertRefused(kit, "completed WXP/2");
                assertThat(wxp2.channel().grant().durableCounter()).isZero();
            }
        }
        assertThat(server.bean(Devices.class).find(name).orElseThrow().trustLevel())
                .isEqualTo("wxp2");
        assertThat(server.bean(ClassicDevices.class).find(name).orElseThrow().pinnedAt())
                .isNotNull();
        assertThat(actions()).contains("classic.device.pinned");
        assertThat(server.bean(ClassicKits.class).make(name, true, "test"))
                .isInstanceOfSatisfying(
                        KitResult.Refused.class,
                        refused -> assertThat(refused.taken()).isTrue());
        assertThat(server.bean(ClassicDevices.class).setDisabled(name, false, "test"))
                .isFalse();
    }

    @Test
    void a_name_that_is_listed_at_the_moment_when_it_completes_wxp2_never_comes_by_classic() throws Exception {
        String racing = "old-" + NAMES.incrementAndGet();
        JdbcClient jdbc = server.bean(JdbcClient.class);
        try (ExecutorService elsewhere = Executors.newSingleThreadExecutor()) {
            Future<?> enrolled = server.bean(TransactionTemplate.class).execute(_ -> {
                jdbc.sql("INSERT INTO device (name, trust_level, created_at) VALUES (:name, 'classic', :now)")
                        .param("name", racing)
                        .param("now", OffsetDateTime.now())
                        .update();
                Future<?> begun =
                        elsewhere.submit(() -> server.bean(DeviceRegister.class).enrolled(racing, "01"));
                // It found no row to change, and waits for this transaction with the one that it adds.
                await().until(() -> jdbc.sql("""
                    SELECT COUNT(*) FROM information_schema.sessions WHERE executing_statement LIKE :insert
                    """)
                                .param("insert", "%INSERT INTO device (%")
                                .query(Long.class)
                                .single()
                        > 0);
                return begun;
            });
            enrolled.get();
        }
        assertThat(server.bean(Devices.class).find(racing).orElseThrow().trustLevel())
                .isEqualTo("wxp2");
        assertThat(server.bean(ClassicKits.class).make(racing, true, "test")).isInstanceOf(KitResult.Refused.class);
    }

    @Test
    void a_nonce_is_good_once() throws Exception {
        byte[] nonce = new byte[16];
        new Random(7).nextBytes(nonce);
        try (RawClassicDevice raw = new RawClassicDevice(server.listenerPort(), kit)) {
            raw.hello();
            assertThat(raw.acknowledgement()).contains("CERT_RECEIVED");
            raw.send(nonce);
            assertThat(raw.acknowledgement()).contains("HELLO_RECEIVED");
        }
        assertRefused(kit, "used before", nonce);
        assertThat(audited("used before").getFirst().subject()).isEqualTo(name);
    }

    @Test
    void a_newer_session_of_the_same_device_takes_over() throws Exception {
        try (Socket first = socket(server);
                ClassicDeviceSession older = connect(first);
                Socket second = socket(server);
                ClassicDeviceSession newer = connect(second)) {
            newer.text("it is me again");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> older.text("and I?"));
            newer.end();
        }
    }

    @Test
    void a_device_of_wxp2_is_served_on_the_same_port() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("new-" + NAMES.incrementAndGet()));
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket);
                TestSession wxp2 = device.connect()) {
            session.text("by classic");
            wxp2.send(new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "by WXP/2"));
            wxp2.expect(TextAck.class);
            session.end();
        }
    }

    @Test
    void everything_survives_a_restart_and_a_nonce_stays_used() throws Exception {
        Path data = directory.resolve("restarted");
        byte[] nonce = new byte[16];
        ClassicKit kept;
        try (RunningServer first = RunningServer.start(data, "--waxwing.classic.enabled=true")) {
            kept = kit(first, "old", false);
            try (Socket socket = socket(first);
                    ClassicDeviceSession session = connect(socket, kept)) {
                session.text("before");
                session.end();
            }
            try (RawClassicDevice raw = new RawClassicDevice(first.listenerPort(), kept)) {
                raw.hello();
                assertThat(raw.acknowledgement()).contains("CERT_RECEIVED");
                raw.send(nonce);
                assertThat(raw.acknowledgement()).contains("HELLO_RECEIVED");
            }
        }
        assertThat(Files.readString(data.resolve("keys/classic-ca.pem")))
                .startsWith("-----BEGIN ENCRYPTED PRIVATE KEY");
        try (RunningServer second = RunningServer.start(data, "--waxwing.classic.enabled=true")) {
            try (Socket socket = socket(second);
                    ClassicDeviceSession session = connect(socket, kept)) {
                session.text("after");
                session.end();
            }
            try (RawClassicDevice raw = new RawClassicDevice(second.listenerPort(), kept)) {
                raw.hello();
                assertThat(raw.acknowledgement()).contains("CERT_RECEIVED");
                raw.send(nonce);
                assertThat(raw.acknowledgement()).isEmpty();
            }
            Page<Transfer> all = second.bean(Transfers.class).page(TransferFilter.ALL, 0, 10);
            assertThat(all.items()).extracting(Transfer::trustLevel).containsExactly("classic", "classic");
        }
        try (RunningServer off = RunningServer.start(data)) {
            assertThat(answerTo(off, "<HELO>")).isEmpty();
            assertThat(off.bean(Transfers.class).page(TransferFilter.ALL, 0, 10).items())
                    .extracting(Transfer::trustLevel)
                    .containsExactly("classic", "classic");
        }
    }

    @Test
    void a_foreign_source_gets_not_one_byte() throws Exception {
        try (RunningServer strict = RunningServer.start(
                directory.resolve("strict"),
                "--waxwing.classic.enabled=true",
                "--waxwing.classic.allowed-sources=10.0.0.0/8,fd00::/8")) {
            assertThat(answerTo(strict, "<HELO>")).isEmpty();
            await().untilAsserted(() ->
                    assertThat(strict.audited("not an allowed source", 1)).hasSize(1));
            assertThat(strict.bean(Sessions.class).count()).isZero();
        }
    }

    /** Goes as far as the certificate's acknowledgement, which the format sends before it looks, and hears nothing more. */
    private static void assertRefused(ClassicKit kit, String reason, byte... nonce) throws IOException {
        int before = audited(reason).size();
        try (RawClassicDevice raw = new RawClassicDevice(server.listenerPort(), kit)) {
            raw.hello();
            assertThat(raw.acknowledgement()).contains("CERT_RECEIVED");
            byte[] used = nonce;
            if (nonce.length == 0) {
                used = new byte[16];
                RANDOM.nextBytes(used);
            }
            raw.send(used);
            assertThat(raw.rest()).isEmpty();
        }
        await().untilAsserted(() -> assertThat(audited(reason))
                .hasSize(before + 1)
                .first()
                .satisfies(entry -> assertThat(entry.outcome()).isEqualTo(Outcome.REFUSED)));
    }

    private static byte[] answerTo(RunningServer server, String sent) throws IOException {
        try (Socket socket = socket(server)) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            try {
                return socket.getInputStream().readAllBytes();
            } catch (SocketException reset) {
                return new byte[0];
            }
        }
    }

    private void send(String fileName, byte[] content) throws Exception {
        try (Socket socket = socket(server);
                ClassicDeviceSession session = connect(socket)) {
            assertThat(session.file(fileName, content)).isEqualTo(ClassicVerdict.ACCEPTED);
            session.end();
        }
    }

    private static Socket socket(RunningServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private ClassicDeviceSession connect(Socket socket) throws Exception {
        return connect(socket, kit);
    }

    private static ClassicDeviceSession connect(Socket socket, ClassicKit kit) throws Exception {
        return ClassicDeviceSession.connect(socket, kit, ClassicLimits.DEFAULTS, RANDOM);
    }

    private List<Transfer> transfers() {
        return server.bean(Transfers.class)
                .page(new TransferFilter(name, null, null), 0, 20)
                .items();
    }

    private static byte[] content(Transfer transfer) throws IOException {
        return Files.readAllBytes(server.bean(Transfers.class)
                .content(transfer.id())
                .orElseThrow()
                .file());
    }

    private static VerificationReport verify(Transfer transfer) throws Exception {
        Path bundle = Files.createTempFile(directory, "evidence", ".zip");
        try (OutputStream out = Files.newOutputStream(bundle)) {
            server.bean(Transfers.class).evidence(transfer.id()).orElseThrow().writeTo(out);
        }
        TrustedRoot root =
                TrustedRoot.of(server.bean(CertificateAuthority.class).rootCertificate());
        return BundleVerification.verify(bundle, Optional.of(TrustedRoots.of(root)));
    }

    private static List<AuditEntry> audited(String query) {
        return server.audited(query, 50);
    }

    private List<String> actions() {
        return audited(name).stream().map(AuditEntry::action).toList();
    }

    private static byte[] jpeg() throws IOException {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        image.setRGB(5, 5, RANDOM.nextInt());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    /** The box that says what it is, and noise. */
    private static byte[] mp4(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        byte[] head = "\0\0\0\30ftypisom\0\0\2\0isommp42".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, bytes, 0, head.length);
        return Arrays.copyOf(bytes, size);
    }
}
