package dev.waxwing.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.sun.management.ThreadMXBean;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKeys;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.server.ingest.HeldTexts;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;
import org.awaitility.core.ThrowingRunnable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The twenty holes of the original protocol, played against a running server that speaks classic and WXP/2 on one port. Each
 * test says what it found, and that is what docs/threat-model.md must say.
 */
@Isolated("a server that starts beside would take the reader of the log away")
class AttackLabTest {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int HANDSHAKE_ITEMS = 5;

    private static final String SHOWN = "shown";
    private static final String CLOSED = "closed";

    @TempDir
    static Path directory;

    private static RunningServer server;

    private String name;
    private ClassicKit kit;
    private TestDevice device;
    private @Nullable Finding finding;

    /** The number of the hole that a test plays. */
    @Retention(RetentionPolicy.RUNTIME)
    private @interface Hole {
        int value();
    }

    private record Finding(String classic, String wxp2) {}

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
    void let_two_devices_in() throws Exception {
        server.usableSpace(RunningServer.ROOMY);
        server.bean(RefusalLedger.class).flush();
        name = "old-" + NAMES.incrementAndGet();
        kit = kit(name, false);
        device = newDevice();
    }

    @AfterEach
    void the_threat_model_says_what_was_found(TestInfo test) throws Exception {
        Hole hole = test.getTestMethod().orElseThrow().getAnnotation(Hole.class);
        Finding found = finding;
        if (hole == null || found == null) {
            return;
        }
        HoleTable.Row row = HoleTable.read().rows().get(hole.value());
        assertThat(row).as("hole %d in docs/threat-model.md", hole.value()).isNotNull();
        assertThat(new Finding(row.classic(), row.wxp2())).isEqualTo(found);
    }

    @Test
    void the_threat_model_lists_twenty_holes_and_each_is_played_once() throws Exception {
        List<Integer> played = Arrays.stream(AttackLabTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Hole.class))
                .map(method -> method.getAnnotation(Hole.class).value())
                .sorted()
                .toList();
        assertThat(played)
                .isEqualTo(IntStream.rangeClosed(1, 20).boxed().toList())
                .isEqualTo(List.copyOf(HoleTable.read().rows().keySet()));
    }

    @Test
    @Hole(1)
    void whoever_has_the_keys_once_has_the_whole_classic_session_but_of_wxp2_neither_the_past_nor_the_future()
            throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("before the theft");
            ClassicThief thief = ClassicThief.of(line, classicServerKey());
            victim.session.text("after the theft");
            assertThat(record(line, 0).flatMap(thief::open)).contains("before the theft");
            assertThat(record(line, 1).flatMap(thief::open)).contains("after the theft");
            line.injectToServer(thief.text("forged long after"));
            await().untilAsserted(() ->
                    assertThat(texts()).containsExactly("before the theft", "after the theft", "forged long after"));
        }

        byte[] seed = seed();
        try (ScriptedDevice victim = scripted(device.credential(), new RepeatableRandom(seed))) {
            assertThat(victim.connect()).isEmpty();
            Wxp2Thief.Traffic stolen = thief(victim, seed).device();
            sendText(victim, "one");
            Bytes one = victim.sent.getLast();
            assertThat(stolen.open(one)).isPresent();

            victim.updateKey();
            sendText(victim, "two");
            Bytes two = victim.sent.getLast();
            assertThat(victim.epoch()).isEqualTo(3);
            Wxp2Thief.Traffic updated = stolen.next();
            assertThat(updated.open(two)).isPresent();
            // Who came only now cannot go back.
            for (int updates = 1; updates <= 3; updates++) {
                assertThat(after(stolen, updates).at(0).open(one)).isEmpty();
            }

            victim.ratchet();
            sendText(victim, "three");
            Bytes three = victim.sent.getLast();
            for (int updates = 0; updates <= 3; updates++) {
                assertThat(after(stolen, updates).at(0).open(three)).isEmpty();
            }
            Bytes forged = after(stolen, victim.epoch() - 2)
                    .at(1)
                    .seal(Bytes.concat(ScriptedDevice.encoded(text(device, "forged")), Bytes.of((byte) 2)));
            victim.sendRaw(forged);
            assertThat(victim.end().orElseThrow().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
        }
        assertThat(wxp2Texts(device)).containsExactly("one", "two", "three");
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(2)
    void the_servers_key_opens_a_recorded_classic_session_but_no_long_term_key_opens_one_of_wxp2() throws Exception {
        byte[] photograph = photograph(200);
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("said in confidence");
            assertThat(victim.session.file("face.jpg", photograph)).isEqualTo(ClassicVerdict.ACCEPTED);
            victim.session.end();
            ClassicThief thief = ClassicThief.of(line, classicServerKey());
            assertThat(record(line, 0).flatMap(thief::open)).contains("said in confidence");
            assertThat(record(line, 1).flatMap(thief::open).orElseThrow())
                    .contains(Base64.getEncoder().encodeToString(photograph));
        }

        byte[] seed = seed();
        List<Bytes> shares = new ArrayList<>();
        try (ScriptedDevice victim = scripted(device.credential(), new RepeatableRandom(seed));
                ScriptedDevice again = scripted(device.credential(), RANDOM)) {
            assertThat(victim.connect()).isEmpty();
            sendText(victim, "said in confidence");
            // The same attack with the secrets that were never kept works, so its failure below means something.
            assertThat(thief(victim, seed).opensTheHandshake()).isTrue();
            assertThat(thief(victim, seed).device().open(victim.sent.getLast())).isPresent();

            Bytes serverShare = Wxp2Thief.serverShare(victim.received);
            for (byte[] candidate : whatLongTermKeysGive(victim, serverShare)) {
                assertThat(new Wxp2Thief(victim.sent, victim.received, candidate).opensTheHandshake())
                        .isFalse();
            }
            assertThat(again.connect()).isEmpty();
            for (ScriptedDevice session : List.of(victim, again)) {
                Bytes device = Wxp2Thief.deviceShare(session.sent);
                Bytes server = Wxp2Thief.serverShare(session.received);
                shares.addAll(List.of(
                        device.slice(0, 1_184),
                        device.slice(1_184, 1_216),
                        server.slice(0, 1_088),
                        server.slice(1_088, 1_120)));
            }
        }
        assertThat(shares).hasSize(8).doesNotHaveDuplicates();
        found(SHOWN, CLOSED);
    }

    private Credential responder() {
        return server.bean(RoleCredentials.class)
                .responder(server.bean(CertificateAuthority.class).issuing().id())
                .orElseThrow();
    }

    private String issuingFile() {
        return "issuing-" + server.bean(CertificateAuthority.class).issuing().id();
    }

    /** What somebody could take for the shared secret who has every long-term key of the deployment and of the device. */
    private List<byte[]> whatLongTermKeysGive(ScriptedDevice victim, Bytes serverShare) throws Exception {
        RoleCredentials credentials = server.bean(RoleCredentials.class);
        KeyStorage storage = server.bean(KeyStorage.class);
        List<PrivateKey> keys = List.of(
                device.credential().privateKey(),
                credentials.server().privateKey(),
                credentials.receipt().privateKey(),
                responder().privateKey(),
                storage.load("root").orElseThrow().privateKey(),
                storage.load(issuingFile()).orElseThrow().privateKey());
        List<PublicKey> publicKeys = List.of(
                device.credential().certificate().getPublicKey(),
                credentials.server().certificate().getPublicKey());
        List<byte[]> candidates = new ArrayList<>();
        candidates.add(new byte[64]);
        Bytes deviceX25519 = Wxp2Thief.deviceShare(victim.sent).slice(1_184, 1_216);
        Bytes serverX25519 = serverShare.slice(1_088, 1_120);
        for (PrivateKey key : keys) {
            byte[] scalar = scalar(key);
            candidates.add(MessageDigest.getInstance("SHA-512").digest(key.getEncoded()));
            candidates.add(Bytes.concat(Bytes.of(scalar), Bytes.of(scalar)).toArray());
            // As if the device's ephemeral keys had been made of a long-term key, or the server's X25519 key were one.
            candidates.add(Wxp2Thief.sharedSecret(new RepeatableRandom(scalar), serverShare));
            for (Bytes share : List.of(deviceX25519, serverX25519)) {
                Bytes agreed = Bytes.of(Wxp2Thief.x25519(scalar, share));
                candidates.add(Bytes.concat(Bytes.of(new byte[32]), agreed).toArray());
                candidates.add(Bytes.concat(agreed, agreed).toArray());
            }
            for (PublicKey other : publicKeys) {
                if (((ECPrivateKey) key).getParams().getCurve().getField().getFieldSize() == 256) {
                    Bytes agreed = Bytes.of(ecdh(key, other));
                    candidates.add(Bytes.concat(agreed, agreed).toArray());
                }
            }
        }
        return candidates;
    }

    private static byte[] scalar(PrivateKey key) {
        byte[] number = ((ECPrivateKey) key).getS().toByteArray();
        byte[] scalar = new byte[32];
        int taken = Math.min(32, number.length);
        System.arraycopy(number, number.length - taken, scalar, 32 - taken, taken);
        return scalar;
    }

    private static byte[] ecdh(PrivateKey key, PublicKey other) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(key);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    @Test
    @Hole(3)
    void a_classic_record_counts_twice_in_its_session_but_no_handshake_twice_and_of_wxp2_nothing() throws Exception {
        List<Bytes> recorded;
        try (Wiretap line = Wiretap.classic(server.listenerPort()).toServer(twice(HANDSHAKE_ITEMS));
                Victim victim = victim(line)) {
            victim.session.text("open the gate");
            await().untilAsserted(() -> assertThat(texts()).containsExactly("open the gate", "open the gate"));
            recorded = List.copyOf(line.fromDevice);
        }
        try (Wiretap line = Wiretap.classic(server.listenerPort()).toServer(twice(HANDSHAKE_ITEMS));
                Victim victim = victim(line)) {
            assertThat(victim.session.file("a.bin", new byte[] {0, 1, 2})).isEqualTo(ClassicVerdict.ACCEPTED);
            await().untilAsserted(() -> assertThat(files()).hasSize(2));
        }
        try (Intruder replay = new Intruder(server.listenerPort())) {
            replay.send(recorded.get(0));
            assertThat(replay.acknowledged()).isTrue();
            replay.send(recorded.get(1));
            assertThat(replay.rest()).isEqualTo(Bytes.EMPTY);
            assertThat(refusal(replay, "used before").action()).isEqualTo("classic.refused");
        }
        assertThat(texts()).hasSize(2);

        try (Wiretap line = Wiretap.wxp2(server.listenerPort()).toServer(twice(2));
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "open the gate"));
            assertProtocolError(session);
            assertThat(wxp2Texts(device)).containsExactly("open the gate");
            try (Intruder replay = new Intruder(server.listenerPort())) {
                for (Bytes record : line.fromDevice) {
                    replay.send(record);
                }
                assertThat(replay.rest().size()).isPositive();
                AuditEntry refused = refusal(replay, "does not open");
                assertThat(refused.action()).isEqualTo("session.refused");
            }
        }
        assertThat(wxp2Texts(device)).containsExactly("open the gate");
        found("shown within a session, closed across sessions", CLOSED);
    }

    @Test
    @Hole(4)
    void a_classic_certificate_cannot_be_revoked_but_its_device_be_kept_out_and_wxp2_revokes() throws Exception {
        String certificate = new String(kit.device().certificate().encode().toArray(), US_ASCII);
        assertThat(certificate)
                .matches("\\{\"certificate\": \\{\"common_name\": \"[^\"]*\", \"public_key\": \"[^\"]*\"\\},"
                        + " \"signature\": \"[^\"]*\"\\}");
        ClassicDevices devices = server.bean(ClassicDevices.class);
        try (Victim victim = victim()) {
            victim.session.text("let in");
            devices.setDisabled(name, true, "test");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> victim.session.text("still in?"));
        }
        assertClassicRefuses(kit.device().certificate().encode(), "kept out");
        devices.setDisabled(name, false, "test");
        kit(name, true);
        assertClassicRefuses(kit.device().certificate().encode(), "another key");
        devices.remove(name, "test");
        assertClassicRefuses(kit.device().certificate().encode(), "not on the list");
        assertThat(texts()).containsExactly("let in");

        try (TestSession session = device.connect()) {
            revoke(device);
            PeerAlertException end = (PeerAlertException) session.expectEnd();
            assertThat(end.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
            assertThat(audited(end.alert()).reason()).contains("revoked");
        }
        Alert refused = refusedHandshake(device.credential());
        assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
        assertThat(audited(refused).reason()).contains("revoked");
        found("closed by the list of devices", CLOSED);
    }

    @Test
    @Hole(5)
    void nothing_in_a_classic_record_names_its_session_but_a_wxp2_record_opens_in_its_own_only() throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("of which session?");
            ClassicThief thief = ClassicThief.of(line, classicServerKey());
            // Key and text give the record, bit by bit: there is room for nothing else in it.
            assertThat(record(line, 0)).contains(thief.text("of which session?"));
        }

        byte[] seed = seed();
        try (ScriptedDevice victim = scripted(device.credential(), new RepeatableRandom(seed))) {
            assertThat(victim.connect()).isEmpty();
            Wxp2Thief thief = thief(victim, seed);
            Bytes content = Bytes.concat(ScriptedDevice.encoded(text(device, "same keys")), Bytes.of((byte) 2));
            victim.sendRaw(thief.device().seal(content));
            victim.expect(TextAck.class);
            content = Bytes.concat(ScriptedDevice.encoded(text(device, "other session")), Bytes.of((byte) 2));
            victim.sendRaw(thief.device().inSession(Intruder.random(16)).at(1).seal(content));
            assertThat(victim.end().orElseThrow().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
        }
        assertThat(wxp2Texts(device)).containsExactly("same keys");
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(6)
    void every_refusal_is_the_same_silence_in_classic_and_the_same_alert_in_wxp2() throws Exception {
        for (Unwelcome unwelcome : unwelcomeCertificates()) {
            try (Intruder intruder = new Intruder(server.listenerPort())) {
                intruder.send(ClassicThief.block(
                        "<HELO>", unwelcome.certificate().encode().toArray()));
                assertThat(intruder.acknowledged()).isTrue();
                intruder.send(Intruder.random(16));
                assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
                assertThat(refusal(intruder, unwelcome.reason()).outcome()).isEqualTo(Outcome.REFUSED);
            }
        }
        for (BrokenRecord broken : brokenClassicRecords()) {
            try (Intruder intruder = new Intruder(server.listenerPort())) {
                ClassicThief keys =
                        intruder.classicHandshake(kit.device().certificate().encode(), kit.server());
                intruder.send(broken.make(keys));
                assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
            }
        }
        assertThat(texts()).isEmpty();

        TreeSet<String> identity = new TreeSet<>();
        for (Credential unwelcome : unwelcomeCredentials()) {
            Alert alert = refusedHandshake(unwelcome);
            assertThat(alert.code()).isEqualTo(AlertCode.AUTH_FAILED);
            identity.add(withoutIncident(alert));
        }
        assertThat(identity).hasSize(1);
        TreeSet<String> failures = new TreeSet<>();
        List<Alert> alerts = new ArrayList<>();
        for (BrokenSession broken : brokenWxp2Records()) {
            byte[] seed = seed();
            try (ScriptedDevice victim = scripted(device.credential(), new RepeatableRandom(seed))) {
                assertThat(victim.connect()).isEmpty();
                victim.sendRaw(broken.make(victim, thief(victim, seed).device()));
                Alert alert = victim.end().orElseThrow();
                assertThat(alert.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
                failures.add(withoutIncident(alert) + " in "
                        + victim.received.getLast().size());
                alerts.add(alert);
            }
        }
        assertThat(failures).hasSize(1);
        for (Alert alert : alerts) {
            assertThat(audited(alert).outcome()).isEqualTo(Outcome.REFUSED);
        }
        assertThat(wxp2Texts(device)).isEmpty();
        found(CLOSED, CLOSED);
    }

    private record Unwelcome(ClassicCertificate certificate, String reason) {}

    private List<Unwelcome> unwelcomeCertificates() throws Exception {
        RSAPublicKey key = kit.device().certificate().publicKey();
        KeyPair foreign = ClassicKeys.generate(RANDOM);
        String removed = "old-" + NAMES.incrementAndGet();
        ClassicKit notListed = kit(removed, false);
        server.bean(ClassicDevices.class).remove(removed, "test");
        String replaced = "old-" + NAMES.incrementAndGet();
        ClassicKit former = kit(replaced, false);
        kit(replaced, true);
        String keptOut = "old-" + NAMES.incrementAndGet();
        ClassicKit disabled = kit(keptOut, false);
        server.bean(ClassicDevices.class).setDisabled(keptOut, true, "test");
        return List.of(
                new Unwelcome(
                        ClassicCertificate.issue(name, key, (RSAPrivateKey) foreign.getPrivate()), "did not sign"),
                new Unwelcome(notListed.device().certificate(), "not on the list"),
                new Unwelcome(former.device().certificate(), "another key"),
                new Unwelcome(disabled.device().certificate(), "kept out"));
    }

    private interface BrokenRecord {
        Bytes make(ClassicThief keys);
    }

    private List<BrokenRecord> brokenClassicRecords() {
        return List.of(
                keys -> flipped(keys.text("a wrong MAC"), -1),
                keys -> flipped(keys.text("a wrong ciphertext"), 12),
                keys -> new ClassicThief(new byte[32], Intruder.random(16), Intruder.random(16)).text("wrong keys"),
                keys -> keys.unpadded(new byte[16]),
                keys -> keys.record("<SECX>", new byte[] {(byte) 0xC3, 0x28}),
                keys -> keys.record("<IMGX>", "{\"filename\": 7}".getBytes(US_ASCII)),
                keys -> keys.record("<TEXT>", "no header of ours".getBytes(US_ASCII)),
                keys -> ClassicThief.block("<SECX>", new byte[47]),
                keys -> Bytes.of("<SECX>\177\177\177\177".getBytes(US_ASCII)),
                keys -> ClassicThief.block(
                        "<HELO>", kit.device().certificate().encode().toArray()));
    }

    private List<Credential> unwelcomeCredentials() throws Exception {
        TestDevice revoked = newDevice();
        revoke(revoked);
        RoleCredentials credentials = server.bean(RoleCredentials.class);
        return List.of(
                revoked.credential(),
                new Credential(p256().getPrivate(), device.credential().chain()),
                credentials.receipt(),
                renamed(device.credential(), device.name()),
                new Credential(
                        device.credential().privateKey(),
                        List.of(device.credential().certificate())));
    }

    private interface BrokenSession {
        Bytes make(ScriptedDevice device, Wxp2Thief.Traffic keys);
    }

    private List<BrokenSession> brokenWxp2Records() {
        Bytes message = ScriptedDevice.encoded(text(device, "never stored"));
        return List.of(
                (device, keys) -> flipped(device.seal(ContentType.APPLICATION, message), -1),
                (device, keys) -> flipped(device.seal(ContentType.APPLICATION, message), 8),
                (device, keys) -> flipped(device.seal(ContentType.APPLICATION, message), 4),
                (device, keys) -> flipped(device.seal(ContentType.APPLICATION, message), 1),
                (device, keys) -> Bytes.concat(Bytes.fromHex("d502000002ffffff"), message),
                (device, keys) -> Bytes.concat(Bytes.fromHex("d502000002000010"), Intruder.random(16)),
                (device, keys) -> keys.seal(Bytes.concat(message, Bytes.of((byte) 7))),
                (device, keys) -> keys.seal(Bytes.of(new byte[40])),
                (device, keys) -> keys.at(1).seal(Bytes.concat(message, Bytes.of((byte) 2))),
                (device, keys) -> device.seal(ContentType.APPLICATION, Bytes.fromHex("7f000000")),
                (device, keys) -> device.seal(ContentType.APPLICATION, Bytes.fromHex("010000020001")),
                (device, keys) -> device.seal(ContentType.APPLICATION, Bytes.fromHex("0200000800000000000000017f")),
                (device, keys) -> device.seal(ContentType.HANDSHAKE, Bytes.fromHex("14000000")),
                (device, keys) -> device.seal(ContentType.PONG, Bytes.of(new byte[8])));
    }

    private static String withoutIncident(Alert alert) {
        Bytes encoded = alert.encode();
        return encoded.slice(0, 1).hex() + encoded.slice(9, encoded.size()).hex();
    }

    @Test
    @Hole(7)
    void a_copied_certificate_is_enough_for_a_classic_text_but_not_for_a_wxp2_session() throws Exception {
        Bytes copied = kit.device().certificate().encode();
        try (Intruder intruder = new Intruder(server.listenerPort())) {
            ClassicThief keys = intruder.classicHandshake(copied, kit.server());
            intruder.send(keys.text("I am " + name));
            assertThat(intruder.acknowledged()).isTrue();
            byte[] unsigned = RawClassicDevice.payload("me.jpg", new byte[] {1}, new byte[256]);
            intruder.send(keys.record("<IMGX>", unsigned));
            assertThat(intruder.acknowledged()).isTrue();
            await().untilAsserted(() -> assertThat(transfers()).hasSize(2));
        }
        assertThat(texts()).containsExactly("I am " + name);
        assertThat(transfers()).extracting(Transfer::trustLevel).containsOnly("classic");
        assertThat(files()).extracting(Transfer::state).containsExactly(TransferState.REJECTED);

        Alert refused = refusedHandshake(
                new Credential(p256().getPrivate(), device.credential().chain()));
        assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
        assertThat(audited(refused).reason()).contains("CertificateVerify");
        assertThat(wxp2Texts(device)).isEmpty();
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(8)
    void the_key_of_the_certificate_is_the_one_that_counts_and_the_name_has_to_be_known() throws Exception {
        String removed = "old-" + NAMES.incrementAndGet();
        ClassicKit notListed = kit(removed, false);
        server.bean(ClassicDevices.class).remove(removed, "test");
        assertClassicRefuses(notListed.device().certificate().encode(), "not on the list");
        ClassicKit own = kit(name, true);
        assertClassicRefuses(kit.device().certificate().encode(), "another key");
        ClassicKit others = kit("old-" + NAMES.incrementAndGet(), false);
        byte[] content = {3, 2, 1};
        try (RawClassicDevice one = new RawClassicDevice(server.listenerPort(), own);
                RawClassicDevice other = new RawClassicDevice(server.listenerPort(), others)) {
            one.handshake();
            one.send(one.record("<IMGX>", RawClassicDevice.payload("a.bin", content, other.signature(content))));
            assertThat(one.acknowledgement()).contains("IMX_REJECTED");
            one.send(one.record("<IMGX>", RawClassicDevice.payload("a.bin", content, one.signature(content))));
            assertThat(one.acknowledgement()).contains("IMX_RECEIVED");
        }

        for (Credential wrongRole : List.of(server.bean(RoleCredentials.class).receipt(), responder())) {
            assertThat(refusedHandshake(wrongRole).code()).isEqualTo(AlertCode.AUTH_FAILED);
        }
        Alert unknownName = refusedHandshake(renamed(device.credential(), device.name()));
        assertThat(unknownName.code()).isEqualTo(AlertCode.AUTH_FAILED);
        UploadOpen offer = device.offer("a.bin", "application/octet-stream", content);
        Bytes manifest = device.manifest(offer, content).encode();
        UploadSeal byAnother = new UploadSeal(
                offer.id(),
                manifest,
                DetachedSignature.sign(manifest, newDevice().credential()));
        try (TestSession session = device.connect()) {
            assertThat(refusalOf(session, offer, content, byAnother)).isEqualTo(RefusalReason.BAD_SIGNATURE);
        }
        found(CLOSED, CLOSED);
    }

    @Test
    @Hole(9)
    void one_classic_signature_fits_two_splits_of_name_and_key_but_an_x509_certificate_has_one_reading()
            throws Exception {
        ClassicCertificate certificate = kit.device().certificate();
        String pem = certificate.publicKeyPem();
        Bytes signature = signatureOf(certificate);
        String shorter = name.substring(0, name.length() - 1);
        String longer = name.substring(name.length() - 1) + pem;
        for (String[] split : new String[][] {{name, pem}, {shorter, longer}}) {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(kit.authority());
            verifier.update(split[0].getBytes(UTF_8));
            verifier.update(split[1].getBytes(UTF_8));
            assertThat(verifier.verify(signature.toArray())).isTrue();
        }
        Bytes other = certificateJson(shorter, longer, signature);
        try (Intruder intruder = new Intruder(server.listenerPort())) {
            intruder.send(ClassicThief.block("<HELO>", other.toArray()));
            assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
            assertThat(refusal(intruder, "a certificate whose key").outcome()).isEqualTo(Outcome.REFUSED);
        }

        Alert refused = refusedHandshake(renamed(device.credential(), device.name()));
        assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
        found("shown by the signature, closed by the server's parser", CLOSED);
    }

    @Test
    @Hole(10)
    void messages_without_a_login_are_refused_and_leave_nothing() throws Exception {
        double refusedBefore = refusedForProtocol();
        for (String header : List.of("<TEXT>", "<FILE>", "<CERT>", "<SECX>", "<IMGX>", "<ENDD>", "<PREM>")) {
            Bytes planted = ClassicThief.block(header, "planted.txt".getBytes(US_ASCII));
            try (Intruder stranger = new Intruder(server.listenerPort())) {
                stranger.send(planted);
                assertThat(stranger.rest()).isEqualTo(Bytes.EMPTY);
            }
            try (Intruder halfway = new Intruder(server.listenerPort())) {
                halfway.send(ClassicThief.block(
                        "<HELO>", kit.device().certificate().encode().toArray()));
                assertThat(halfway.acknowledged()).isTrue();
                halfway.send(Intruder.random(16));
                assertThat(halfway.acknowledged()).isTrue();
                halfway.send(planted);
                halfway.send(Intruder.random(512));
                // The server has sent its certificate before it could see what came.
                assertThat(halfway.rest().size()).isLessThan(4_096);
            }
        }
        await().untilAsserted(() -> assertThat(refusedForProtocol()).isEqualTo(refusedBefore + 14));
        assertThat(transfers()).isEmpty();
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(file -> file.contains("planted"));
        }

        Bytes text = ScriptedDevice.encoded(text(device, "without a login"));
        try (ScriptedDevice stranger = scripted(device.credential(), RANDOM)) {
            stranger.send(ContentType.APPLICATION, text);
            assertThat(stranger.end().map(Alert::code)).isEqualTo(Optional.of(AlertCode.PROTOCOL_ERROR));
        }
        try (ScriptedDevice halfway = scripted(device.credential(), RANDOM)) {
            halfway.exchangeHellos();
            halfway.send(ContentType.APPLICATION, text);
            assertThat(halfway.end().map(Alert::code)).isEqualTo(Optional.of(AlertCode.PROTOCOL_ERROR));
        }
        assertThat(wxp2Texts(device)).isEmpty();
        found(CLOSED, CLOSED);
    }

    @Test
    @Hole(11)
    void nobody_on_the_way_can_set_new_keys_in_a_running_session() throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("mine");
            byte[] chosen = Intruder.random(32).toArray();
            ClassicThief keys = new ClassicThief(chosen, line.fromDevice.get(1), line.fromServer.get(3));
            line.injectToServer(ClassicThief.block("<PREM>", ClassicThief.encrypted(chosen, kit.server())));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                line.injectToServer(keys.text("not mine"));
                victim.session.text("mine again");
            });
        }
        assertThat(texts()).containsExactly("mine");

        for (String attempt : List.of("hello", "update")) {
            try (Wiretap line = Wiretap.wxp2(server.listenerPort());
                    TestSession session = device.at(line.port()).connect()) {
                Bytes forged = attempt.equals("hello")
                        ? line.fromDevice.getFirst()
                        : Bytes.concat(Bytes.fromHex("d502000002000015"), Intruder.random(21));
                line.injectToServer(forged);
                assertProtocolError(session);
            }
        }
        try (ScriptedDevice malicious = scripted(device.credential(), RANDOM)) {
            assertThat(malicious.connect()).isEmpty();
            Bytes hello = malicious.sent.getFirst();
            malicious.send(ContentType.HANDSHAKE, hello.slice(8, hello.size() - 1));
            assertThat(malicious.end().orElseThrow().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
        }
        found(CLOSED, CLOSED);
    }

    @Test
    @Hole(12)
    void header_and_order_of_classic_records_are_anybodys_but_those_of_wxp2_are_under_the_tag() throws Exception {
        PublicKey victimsKey = kit.device().certificate().publicKey();
        AtomicReference<Bytes> held = new AtomicReference<>();
        try (Wiretap line = Wiretap.classic(server.listenerPort())) {
            line.toServer((number, item) -> switch (number) {
                case HANDSHAKE_ITEMS -> {
                    held.set(item);
                    inject(line, ClassicThief.acknowledgement("SEC_TEXT_RECEIVED", victimsKey));
                    yield List.of();
                }
                case HANDSHAKE_ITEMS + 1 -> List.of(item, held.get());
                default -> List.of(item);
            });
            try (Victim victim = victim(line)) {
                victim.session.text("close the gate");
                victim.session.text("open the gate");
                await().untilAsserted(() -> assertThat(texts()).containsExactly("open the gate", "close the gate"));
            }
        }
        try (Wiretap line = Wiretap.classic(server.listenerPort())
                        .toServer((number, item) -> number == HANDSHAKE_ITEMS
                                ? List.of(Bytes.of("<SECX>".getBytes(US_ASCII)), item.slice(6, item.size()))
                                : List.of(item));
                Victim victim = victim(line)) {
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> victim.session.file("a.jpg", new byte[] {7}));
            await().untilAsserted(() ->
                    assertThat(texts()).hasSize(3).last().asString().contains("image_data"));
            assertThat(files()).isEmpty();
        }

        for (int place : new int[] {1, 4, 7}) {
            // One byte more, in case the length has grown by one.
            Wiretap.Tampering manipulation = (number, record) ->
                    number == 2 ? List.of(Bytes.concat(flipped(record, place), Bytes.of((byte) 0))) : List.of(record);
            try (Wiretap line = Wiretap.wxp2(server.listenerPort()).toServer(manipulation);
                    TestSession session = device.at(line.port()).connect()) {
                session.send(text(device, "close the gate"));
                assertProtocolError(session);
            }
        }
        try (Wiretap line = Wiretap.wxp2(server.listenerPort())
                        .toServer((number, record) -> number == 2 ? List.of() : List.of(record));
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "close the gate"));
            session.send(text(device, "open the gate"));
            assertProtocolError(session);
        }
        try (Wiretap line = Wiretap.wxp2(server.listenerPort());
                TestSession session = device.at(line.port()).connect()) {
            await().until(() -> line.fromServer.size() > 2);
            line.injectToServer(line.fromServer.get(2));
            assertProtocolError(session);
        }
        AtomicReference<Bytes> first = new AtomicReference<>();
        try (Wiretap line = Wiretap.wxp2(server.listenerPort()).toServer((number, record) -> switch (number) {
                    case 2 -> {
                        first.set(record);
                        yield List.of();
                    }
                    case 3 -> List.of(record, first.get());
                    default -> List.of(record);
                });
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "close the gate"));
            session.send(text(device, "open the gate"));
            assertProtocolError(session);
        }
        assertThat(wxp2Texts(device)).isEmpty();
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(13)
    void equal_beginnings_show_in_classic_records_and_not_in_those_of_wxp2() throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("alarm in hall 7: fire");
            victim.session.text("alarm in hall 7: flood");
            victim.session.text("alarm in hall 7: fire");
            Bytes first = record(line, 0).orElseThrow();
            Bytes second = record(line, 1).orElseThrow();
            assertThat(second.slice(10, 26)).isEqualTo(first.slice(10, 26));
            assertThat(second.slice(26, 42)).isNotEqualTo(first.slice(26, 42));
            assertThat(record(line, 2)).contains(first);
        }

        try (ScriptedDevice victim = scripted(device.credential(), RANDOM)) {
            assertThat(victim.connect()).isEmpty();
            Text same = text(device, "alarm in hall 7: fire");
            List<Bytes> records = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                victim.send(same);
                victim.expect(TextAck.class);
                records.add(victim.sent.getLast());
            }
            List<String> blocks = new ArrayList<>();
            for (Bytes record : records) {
                assertThat(record.size()).isEqualTo(records.getFirst().size());
                for (int at = 8; at + 16 <= record.size(); at += 16) {
                    blocks.add(record.slice(at, at + 16).hex());
                }
            }
            assertThat(blocks).hasSizeGreaterThanOrEqualTo(64).doesNotHaveDuplicates();
        }
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(14)
    void anybody_can_end_a_classic_session_in_good_order_but_a_wxp2_session_cut_short_is_known_as_such()
            throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort())
                        .toServer((number, item) -> number == HANDSHAKE_ITEMS + 1
                                ? List.of(Bytes.of("<ENDD>".getBytes(US_ASCII)))
                                : List.of(item));
                Victim victim = victim(line)) {
            victim.session.text("to begin with");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> victim.session.text("and the rest"));
        }
        assertThat(texts()).containsExactly("to begin with");
        assertThat(ended("classic.session.ended", name).reason()).endsWith("closed by the device");
        assertThat(ended("classic.session.ended", name).outcome()).isEqualTo(Outcome.SUCCESS);

        try (Wiretap line = Wiretap.wxp2(server.listenerPort());
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "to begin with"));
            session.expect(TextAck.class);
            // As long as a close is, under a key that he has not.
            line.injectToServer(Bytes.concat(Bytes.fromHex("d502000002000011"), Intruder.random(17)));
            assertProtocolError(session);
        }
        assertThat(ended("session.ended", device.name()).reason()).contains("does not open");
        TestDevice second = newDevice();
        try (Wiretap line = Wiretap.wxp2(server.listenerPort());
                TestSession session = second.at(line.port()).connect()) {
            session.send(text(second, "to begin with"));
            session.expect(TextAck.class);
            line.cut();
            assertThat(session.expectEnd()).isNotInstanceOf(PeerAlertException.class);
            assertThat(ended("session.ended", second.name()).reason()).doesNotContain("closed by the device");
        }
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(15)
    void anybody_can_acknowledge_for_a_classic_server_what_it_never_got_but_not_for_one_of_wxp2() throws Exception {
        PublicKey victimsKey = kit.device().certificate().publicKey();
        try (Wiretap line = Wiretap.classic(server.listenerPort())) {
            line.toServer((number, item) -> {
                if (number == HANDSHAKE_ITEMS) {
                    inject(line, ClassicThief.acknowledgement("SEC_TEXT_RECEIVED", victimsKey));
                    return List.of();
                }
                return List.of(item);
            });
            try (Victim victim = victim(line)) {
                victim.session.text("the burglar is in the hall");
                victim.session.end();
            }
            ended("classic.session.ended", name);
        }
        assertThat(transfers()).isEmpty();

        try (Wiretap line = Wiretap.wxp2(server.listenerPort())
                        .toServer((number, record) -> number == 3 ? List.of() : List.of(record));
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "all quiet"));
            session.expect(TextAck.class);
            Bytes acknowledgement = line.fromServer.getLast();
            session.send(text(device, "the burglar is in the hall"));
            line.injectToDevice(acknowledgement);
            assertThat(session.expectEnd()).isInstanceOf(ProtocolException.class);
        }
        assertThat(wxp2Texts(device)).containsExactly("all quiet");
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(16)
    void a_signed_classic_file_can_be_sent_again_by_another_under_another_name_but_a_wxp2_manifest_cannot()
            throws Exception {
        byte[] photograph = photograph(300);
        String payload;
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            assertThat(victim.session.file("gate.jpg", photograph)).isEqualTo(ClassicVerdict.ACCEPTED);
            victim.session.end();
            payload = record(line, 0)
                    .flatMap(ClassicThief.of(line, classicServerKey())::open)
                    .orElseThrow();
        }
        try (Intruder intruder = new Intruder(server.listenerPort())) {
            ClassicThief keys =
                    intruder.classicHandshake(kit.device().certificate().encode(), kit.server());
            intruder.send(keys.record(
                    "<IMGX>", payload.replace("gate.jpg", "vault.jpg").getBytes(UTF_8)));
            assertThat(intruder.acknowledged()).isTrue();
            await().untilAsserted(() -> assertThat(files())
                    .extracting(Transfer::state)
                    .containsExactly(TransferState.ACCEPTED, TransferState.ACCEPTED));
        }
        assertThat(files()).extracting(Transfer::name).containsExactly("gate.jpg", "vault.jpg");
        assertThat(files())
                .extracting(Transfer::sha256)
                .containsOnly(TestDevice.sha256(photograph).hex());

        UploadOpen offer = device.offer("gate.jpg", "image/jpeg", photograph);
        UploadSeal seal = device.seal(device.manifest(offer, photograph));
        try (TestSession session = device.connect()) {
            session.send(offer);
            session.expect(UploadReady.class);
            session.sendData(offer.id(), photograph, 0, photograph.length);
            session.send(seal);
            session.expectAfterAcks(ReceiptMessage.class);
        }
        TestDevice other = newDevice();
        try (TestSession session = other.connect()) {
            assertThat(refusalOf(session, offer, photograph, seal)).isEqualTo(RefusalReason.BAD_MANIFEST);
        }
        UploadOpen renamed = device.offer("vault.jpg", "image/jpeg", photograph);
        try (TestSession session = device.connect()) {
            UploadSeal copied = new UploadSeal(
                    renamed.id(), device.manifest(renamed, photograph).encode(), seal.signature());
            assertThat(refusalOf(session, renamed, photograph, copied)).isEqualTo(RefusalReason.BAD_SIGNATURE);
            UploadOpen third = device.offer("vault.jpg", "image/jpeg", photograph);
            UploadSeal moved = new UploadSeal(third.id(), seal.manifest(), seal.signature());
            assertThat(refusalOf(session, third, photograph, moved)).isEqualTo(RefusalReason.BAD_MANIFEST);
            session.send(offer);
            session.expectAfterAcks(ReceiptMessage.class);
        }
        assertThat(transfersOf(device.name(), TransferState.ACCEPTED)).hasSize(1);
        assertThat(transfersOf(other.name(), TransferState.ACCEPTED)).isEmpty();
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(17)
    void no_log_has_a_secret_of_either_protocol() throws Exception {
        List<byte[]> secrets = new ArrayList<>();
        try (CapturedLog log = new CapturedLog()) {
            try (Wiretap line = Wiretap.classic(server.listenerPort());
                    Victim victim = victim(line)) {
                victim.session.text("classic-plaintext-" + name);
                assertThat(victim.session.file("secret.bin", "classic-content-1".getBytes(US_ASCII)))
                        .isEqualTo(ClassicVerdict.ACCEPTED);
                secrets.add(ClassicThief.preMaster(line.fromDevice, classicServerKey()));
                secrets.addAll(ClassicThief.of(line, classicServerKey()).secrets());
                line.injectToServer(Bytes.of("<SECX>\0\0\0\60".getBytes(US_ASCII)));
                line.injectToServer(Intruder.random(48));
                assertThatExceptionOfType(IOException.class).isThrownBy(() -> victim.session.text("gone"));
            }
            byte[] seed = seed();
            Invite invite = server.invite("new-" + NAMES.incrementAndGet());
            TestDevice enrolled = TestDevice.enrol(server.listenerPort(), invite);
            try (ScriptedDevice victim = scripted(enrolled.credential(), new RepeatableRandom(seed))) {
                assertThat(victim.connect()).isEmpty();
                sendText(victim, enrolled, "wxp2-plaintext-" + name);
                Wxp2Thief thief = thief(victim, seed);
                secrets.addAll(thief.device().secrets());
                secrets.addAll(thief.server().secrets());
                secrets.add(shared(victim, seed));
                victim.sendRaw(flipped(victim.seal(ContentType.APPLICATION, Bytes.of(new byte[20])), -1));
                assertThat(victim.end()).isPresent();
            }
            secrets.add(invite.token().bytes());
            secrets.add("classic-plaintext-".getBytes(US_ASCII));
            secrets.add("classic-content-1".getBytes(US_ASCII));
            secrets.add("wxp2-plaintext-".getBytes(US_ASCII));
            secrets.add(classicServerKey().getEncoded());
            secrets.add(scalar(enrolled.credential().privateKey()));
            secrets.add(scalar(server.bean(RoleCredentials.class).server().privateKey()));
            ended("classic.session.ended", name);
            ended("session.ended", enrolled.name());
            await().untilAsserted(() -> assertThat(log.text()).contains(name).contains(enrolled.name()));
            for (byte[] secret : secrets) {
                assertThat(spellings(secret)).noneMatch(log.text()::contains);
            }
        }
        found(CLOSED, CLOSED);
    }

    /** How a program would print some bytes: as text, in hexadecimal, in base64. */
    private static List<String> spellings(byte[] secret) {
        String hex = HexFormat.of().formatHex(secret);
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(secret);
        return List.of(
                new String(secret, UTF_8),
                hex.substring(0, Math.min(hex.length(), 24)),
                hex.substring(0, Math.min(hex.length(), 24)).toUpperCase(Locale.ROOT),
                base64.substring(0, Math.min(base64.length(), 16)),
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(secret)
                        .substring(0, Math.min(base64.length(), 16)),
                Arrays.toString(Arrays.copyOf(secret, Math.min(8, secret.length)))
                        .replace("]", ""));
    }

    @Test
    @Hole(18)
    void a_length_takes_no_memory_before_it_is_checked_and_short_reads_do_no_harm() throws Exception {
        for (String length : List.of("ffffffff", "7fffffff", "40000000")) {
            assertAllocatesLittle(() -> announceByClassic(Bytes.fromHex(length)));
        }
        assertAllocatesLittle(this::announceByWxp2);

        Wiretap.Tampering byteByByte = (number, item) -> IntStream.range(0, item.size())
                .mapToObj(at -> item.slice(at, at + 1))
                .toList();
        try (Wiretap line = Wiretap.classic(server.listenerPort())
                        .toServer(byteByByte)
                        .toDevice(byteByByte);
                Victim victim = victim(line)) {
            victim.session.text("in small pieces");
            victim.session.end();
        }
        assertThat(texts()).containsExactly("in small pieces");
        try (Wiretap line =
                        Wiretap.wxp2(server.listenerPort()).toServer(byteByByte).toDevice(byteByByte);
                TestSession session = device.at(line.port()).connect()) {
            session.send(text(device, "in small pieces"));
            session.expect(TextAck.class);
        }
        assertThat(wxp2Texts(device)).containsExactly("in small pieces");
        found(CLOSED, CLOSED);
    }

    @Test
    @Hole(19)
    void the_device_alone_makes_all_classic_keys_but_those_of_wxp2_need_both_ends() throws Exception {
        try (Wiretap line = Wiretap.classic(server.listenerPort());
                Victim victim = victim(line)) {
            victim.session.text("whose keys?");
            // HKDF over the pre-master secret itself, with a salt of zeros; what is left is on the line in plain.
            byte[] preMaster = ClassicThief.preMaster(line.fromDevice, classicServerKey());
            ClassicThief keys = new ClassicThief(preMaster, line.fromDevice.get(1), line.fromServer.get(3));
            assertThat(record(line, 0).flatMap(keys::open)).contains("whose keys?");
            assertThat(keys.secrets()).allSatisfy(key -> assertThat(key).hasSize(16));
        }

        byte[] seed = seed();
        try (ScriptedDevice first = scripted(device.credential(), new RepeatableRandom(seed));
                ScriptedDevice second = scripted(device.credential(), new RepeatableRandom(seed))) {
            assertThat(first.connect()).isEmpty();
            assertThat(second.connect()).isEmpty();
            assertThat(second.sent.getFirst()).isEqualTo(first.sent.getFirst());
            sendText(second, "whose keys?");
            Bytes record = second.sent.getLast();
            assertThat(thief(second, seed).device().open(record)).isPresent();
            assertThat(thief(first, seed).device().open(record)).isEmpty();
            assertThat(thief(first, seed).sessionId())
                    .isNotEqualTo(thief(second, seed).sessionId());
            assertThat(thief(second, seed).device().secrets())
                    .extracting(secret -> secret.length)
                    .containsExactly(48, 32);
            Wxp2Thief halfRight = new Wxp2Thief(
                    second.sent,
                    second.received,
                    Bytes.concat(Bytes.of(shared(second, seed)).slice(0, 32), Bytes.of(new byte[32]))
                            .toArray());
            assertThat(halfRight.opensTheHandshake()).isFalse();
        }
        found(SHOWN, CLOSED);
    }

    @Test
    @Hole(20)
    void many_devices_speak_at_once_and_nothing_of_one_gets_to_another_or_into_the_log() throws Exception {
        int pairs = 6;
        int lines = 4;
        List<ClassicKit> kits = new ArrayList<>();
        List<TestDevice> devices = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            kits.add(kit("old-" + NAMES.incrementAndGet(), false));
            devices.add(newDevice());
        }
        CyclicBarrier together = new CyclicBarrier(2 * pairs);
        AtomicInteger atOnce = new AtomicInteger();
        Runnable awaitAll = () -> await().until(() ->
                atOnce.accumulateAndGet(server.bean(Sessions.class).count(), Math::max) >= 2 * pairs);
        try (CapturedLog log = new CapturedLog();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (ClassicKit each : kits) {
                done.add(threads.submit(() -> {
                    try (Victim victim = victim(server.listenerPort(), each)) {
                        together.await(20, TimeUnit.SECONDS);
                        awaitAll.run();
                        for (int line = 0; line < lines; line++) {
                            victim.session.text(
                                    parallelLine(each.device().certificate().commonName(), line));
                        }
                        victim.session.end();
                    }
                    return null;
                }));
            }
            for (TestDevice each : devices) {
                done.add(threads.submit(() -> {
                    try (TestSession session = each.connect()) {
                        together.await(20, TimeUnit.SECONDS);
                        awaitAll.run();
                        for (int line = 0; line < lines; line++) {
                            session.send(text(each, parallelLine(each.name(), line)));
                            session.expect(TextAck.class);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(log.text()).contains(devices.getFirst().name()).doesNotContain("parallel-line");
        }
        for (ClassicKit each : kits) {
            String who = each.device().certificate().commonName();
            assertThat(texts(who))
                    .isEqualTo(IntStream.range(0, lines)
                            .mapToObj(line -> parallelLine(who, line))
                            .toList());
        }
        for (TestDevice each : devices) {
            assertThat(wxp2Texts(each))
                    .isEqualTo(IntStream.range(0, lines)
                            .mapToObj(line -> parallelLine(each.name(), line))
                            .toList());
        }
        found(CLOSED, CLOSED);
    }

    /** The first bytes of a JPEG, and noise: enough to be taken for one. */
    private static byte[] photograph(int size) {
        byte[] bytes = Intruder.random(size).toArray();
        byte[] head = Bytes.fromHex("ffd8ffe000104a464946000101").toArray();
        System.arraycopy(head, 0, bytes, 0, head.length);
        return bytes;
    }

    private static String parallelLine(String who, int number) {
        return "parallel-line " + number + " of " + who;
    }

    @Test
    void a_certificate_made_with_a_stolen_authoritys_key_lets_nobody_in() throws Exception {
        X509Certificate genuine = device.credential().certificate();
        KeyPair own = p256();
        var forged = new JcaX509v3CertificateBuilder(
                genuine.getIssuerX500Principal(),
                new BigInteger(1, Intruder.random(15).toArray()),
                genuine.getNotBefore(),
                genuine.getNotAfter(),
                genuine.getSubjectX500Principal(),
                own.getPublic());
        Extensions extensions = new X509CertificateHolder(genuine.getEncoded()).getExtensions();
        for (ASN1ObjectIdentifier each : extensions.getExtensionOIDs()) {
            forged.addExtension(extensions.getExtension(each));
        }
        PrivateKey stolen =
                server.bean(KeyStorage.class).load(issuingFile()).orElseThrow().privateKey();
        byte[] der = forged.build(new JcaContentSignerBuilder("SHA256withECDSA").build(stolen))
                .getEncoded();
        List<X509Certificate> chain = new ArrayList<>(device.credential().chain());
        chain.set(0, Certificates.parse(der));
        Alert refused = refusedHandshake(new Credential(own.getPrivate(), chain));
        assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
        // Nothing else was wrong with it.
        assertThat(audited(refused).reason()).contains("not in the inventory");
    }

    @Test
    void the_server_keeps_a_classic_devices_public_key_and_nothing_of_its_private_one() throws Exception {
        RSAPrivateCrtKey key = ClassicKeys.privateKey(kit.files().get(ClassicKit.DEVICE_PRIVATE_KEY));
        assertThat(isStored(key.getModulus())).isTrue();
        assertThat(isStored(key.getPrimeP())).isFalse();
        assertThat(isStored(key.getPrivateExponent())).isFalse();
    }

    /** Whether a number stands in any file of the server as it is. */
    private static boolean isStored(BigInteger number) throws IOException {
        String wanted = new String(number.toByteArray(), ISO_8859_1);
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            return files.filter(Files::isRegularFile).anyMatch(file -> {
                try {
                    return Files.readString(file, ISO_8859_1).contains(wanted);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private void found(String classic, String wxp2) {
        finding = new Finding(classic, wxp2);
    }

    /** A genuine classic device in its session. */
    private record Victim(Socket socket, ClassicDeviceSession session) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            session.close();
            socket.close();
        }
    }

    private Victim victim() throws Exception {
        return victim(server.listenerPort(), kit);
    }

    private Victim victim(Wiretap line) throws Exception {
        return victim(line.port(), kit);
    }

    private static Victim victim(int port, ClassicKit kit) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Victim(socket, ClassicDeviceSession.connect(socket, kit, ClassicLimits.DEFAULTS, RANDOM));
    }

    private static ClassicKit kit(String name, boolean replace) {
        return switch (server.bean(ClassicKits.class).make(name, replace, "test")) {
            case KitResult.Made made -> made.kit();
            case KitResult.Refused refused -> throw new AssertionError(refused);
        };
    }

    private static TestDevice newDevice() throws Exception {
        return TestDevice.enrol(server.listenerPort(), server.invite("new-" + NAMES.incrementAndGet()));
    }

    private static ScriptedDevice scripted(Credential credential, SecureRandom random) throws Exception {
        return new ScriptedDevice(server.listenerPort(), credential, root(), random);
    }

    private static TrustedRoot root() throws Exception {
        return TrustedRoot.of(server.bean(CertificateAuthority.class).rootCertificate());
    }

    private static byte[] seed() {
        return Intruder.random(32).toArray();
    }

    /** Somebody who has seen the device's randomness. */
    private static Wxp2Thief thief(ScriptedDevice victim, byte[] seed) {
        return new Wxp2Thief(victim.sent, victim.received, shared(victim, seed));
    }

    private static byte[] shared(ScriptedDevice victim, byte[] seed) {
        RepeatableRandom again = new RepeatableRandom(seed);
        again.nextBytes(new byte[32]);
        return Wxp2Thief.sharedSecret(again, Wxp2Thief.serverShare(victim.received));
    }

    private static Wxp2Thief.Traffic after(Wxp2Thief.Traffic traffic, int updates) {
        Wxp2Thief.Traffic later = traffic;
        for (int i = 0; i < updates; i++) {
            later = later.next();
        }
        return later;
    }

    private void sendText(ScriptedDevice sender, String text) throws Exception {
        sendText(sender, device, text);
    }

    private static void sendText(ScriptedDevice sender, TestDevice device, String text) throws Exception {
        sender.send(text(device, text));
        sender.expect(TextAck.class);
    }

    private static Text text(TestDevice device, String text) {
        return new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, text);
    }

    private static Alert refusedHandshake(Credential credential) throws Exception {
        try (ScriptedDevice refused = scripted(credential, RANDOM)) {
            return refused.connect().orElseThrow(() -> new AssertionError("it was let in"));
        }
    }

    private static RefusalReason refusalOf(TestSession session, UploadOpen offer, byte[] content, UploadSeal seal)
            throws Exception {
        session.send(offer);
        session.expectAfterAcks(UploadReady.class);
        session.sendData(offer.id(), content, 0, content.length);
        session.send(seal);
        return session.expectAfterAcks(Refused.class).reason();
    }

    private static void revoke(TestDevice device) {
        server.bean(Revocation.class)
                .revoke(SerialNumber.of(device.credential().certificate()), RevocationReason.KEY_COMPROMISE, "test");
    }

    private static KeyPair p256() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    /** The certificate with another name of the same length in the place of its own; nobody has signed that. */
    private static Credential renamed(Credential credential, String name) throws Exception {
        byte[] der = credential.certificate().getEncoded();
        byte[] own = name.getBytes(US_ASCII);
        int found = 0;
        for (int at = 0; at + own.length <= der.length; at++) {
            if (Arrays.equals(der, at, at + own.length, own, 0, own.length)) {
                der[at] = 'm';
                found++;
            }
        }
        assertThat(found).isEqualTo(2);
        List<X509Certificate> chain = new ArrayList<>(credential.chain());
        chain.set(0, Certificates.parse(der));
        return new Credential(credential.privateKey(), chain);
    }

    private static RSAPrivateKey classicServerKey() {
        return (RSAPrivateKey)
                server.bean(KeyStorage.class).loadBare("classic-server").orElseThrow();
    }

    /** The signature in a certificate as it is on the wire. */
    private static Bytes signatureOf(ClassicCertificate certificate) {
        String json = new String(certificate.encode().toArray(), US_ASCII);
        Matcher matcher = Pattern.compile("\"signature\": \"([^\"]+)\"").matcher(json);
        assertThat(matcher.find()).isTrue();
        return Bytes.of(Base64.getDecoder().decode(matcher.group(1)));
    }

    private static Bytes certificateJson(String commonName, String pem, Bytes signature) {
        return Bytes.of(("{\"certificate\": {\"common_name\": \"" + commonName + "\", \"public_key\": \""
                        + pem.replace("\n", "\\n") + "\"}, \"signature\": \""
                        + Base64.getEncoder().encodeToString(signature.toArray()) + "\"}")
                .getBytes(US_ASCII));
    }

    /** Goes as far as the certificate's acknowledgement, which the format sends before it looks, and hears nothing more. */
    private static void assertClassicRefuses(Bytes certificate, String reason) throws Exception {
        try (Intruder intruder = new Intruder(server.listenerPort())) {
            intruder.send(ClassicThief.block("<HELO>", certificate.toArray()));
            assertThat(intruder.acknowledged()).isTrue();
            intruder.send(Intruder.random(16));
            assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
            assertThat(refusal(intruder, reason).outcome()).isEqualTo(Outcome.REFUSED);
        }
    }

    private static void assertProtocolError(TestSession session) throws Exception {
        PeerAlertException end = (PeerAlertException) session.expectEnd();
        assertThat(end.alert().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
        assertThat(audited(end.alert()).outcome()).isEqualTo(Outcome.REFUSED);
    }

    /** A record of a classic device, counted from 0. */
    private static Optional<Bytes> record(Wiretap line, int number) {
        return Optional.of(line.fromDevice.get(HANDSHAKE_ITEMS + number));
    }

    private static Wiretap.Tampering twice(int which) {
        return (number, item) -> number == which ? List.of(item, item) : List.of(item);
    }

    private static void inject(Wiretap line, Bytes item) throws IOException {
        try {
            line.injectToDevice(item);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** With one bit changed; a negative place counts from the end. */
    private static Bytes flipped(Bytes record, int at) {
        byte[] bytes = record.toArray();
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        return Bytes.of(bytes);
    }

    private List<Transfer> transfers() {
        return transfers(name);
    }

    /** Oldest first. */
    private static List<Transfer> transfers(String device) {
        List<Transfer> all = new ArrayList<>(server.bean(Transfers.class)
                .page(new TransferFilter(device, null, null), 0, 100)
                .items());
        Collections.reverse(all);
        return all;
    }

    private static List<Transfer> transfersOf(String device, TransferState state) {
        return transfers(device).stream()
                .filter(transfer -> transfer.state() == state)
                .toList();
    }

    private List<Transfer> files() {
        return transfers().stream()
                .filter(transfer -> transfer.kind() != TransferKind.TEXT)
                .toList();
    }

    private List<String> texts() {
        return texts(name);
    }

    /** The texts of a classic device, each of which is a transfer of its own; oldest first. */
    private static List<String> texts(String device) {
        return transfersOf(device, TransferState.ACCEPTED).stream()
                .filter(transfer -> transfer.kind() == TransferKind.TEXT)
                .map(AttackLabTest::line)
                .map(line -> line.replaceFirst("^.*\"text\":\"", "").replaceFirst("\"}\\s*$", ""))
                .toList();
    }

    private static String line(Transfer text) {
        try {
            return Files.readString(server.bean(Transfers.class)
                    .content(text.id())
                    .orElseThrow()
                    .file());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the server holds of a device's texts, sealed or not. */
    private static List<String> wxp2Texts(TestDevice device) {
        return HeldTexts.of(server.bean(JdbcOperations.class), device.name());
    }

    /** What the audit trail says about a refusal: a peer may see it before the entry is written, or gathered with others. */
    private static AuditEntry audited(Alert alert) {
        return await().until(() -> entries(alert.incident().toString()), entries -> !entries.isEmpty())
                .getFirst();
    }

    /** The same for somebody who was told no reference, or cannot read it. */
    private static AuditEntry refusal(Intruder intruder, String reason) {
        return await().until(
                        () -> entries(reason).stream()
                                .filter(entry -> !entry.at().isBefore(intruder.since()))
                                .toList(),
                        entries -> !entries.isEmpty())
                .getFirst();
    }

    private static double refusedForProtocol() {
        return server
                .bean(MeterRegistry.class)
                .find("waxwing.classic.refused")
                .tag("reason", "protocol")
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** The end of the device's last session. */
    private static AuditEntry ended(String action, String device) {
        return await().until(
                        () -> entries("device:" + device).stream()
                                .filter(entry -> entry.actor().equals("device:" + device))
                                .toList(),
                        entries -> !entries.isEmpty()
                                && entries.getFirst().action().equals(action))
                .getFirst();
    }

    private static List<AuditEntry> entries(String query) {
        return server.audited(query, 20);
    }

    private void announceByClassic(Bytes length) throws Exception {
        try (Intruder intruder = new Intruder(server.listenerPort())) {
            intruder.send(Bytes.concat(Bytes.of("<HELO>".getBytes(US_ASCII)), length));
            assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
            assertThat(refusal(intruder, "length").outcome()).isEqualTo(Outcome.REFUSED);
        }
        for (String header : List.of("<SECX>", "<IMGX>")) {
            try (Intruder intruder = new Intruder(server.listenerPort())) {
                intruder.classicHandshake(kit.device().certificate().encode(), kit.server());
                intruder.send(Bytes.concat(Bytes.of(header.getBytes(US_ASCII)), length));
                assertThat(intruder.rest()).isEqualTo(Bytes.EMPTY);
            }
        }
    }

    private void announceByWxp2() throws Exception {
        for (String start : List.of("d501000000ffffff", "d50100000000000501ffffff01", "d502000001ffffff")) {
            try (Intruder intruder = new Intruder(server.listenerPort())) {
                intruder.send(Bytes.fromHex(start));
                // One plain alert, protocol_error, and nothing else.
                Bytes rest = intruder.rest();
                assertThat(rest.size()).isEqualTo(8 + Alert.SIZE + 1);
                assertThat(rest.slice(0, 9).hex()).isEqualTo("d50100000000002101");
            }
        }
        for (String message : List.of("04ffffff", "04000013" + "00".repeat(16) + "ffffff", "01ffffff")) {
            try (ScriptedDevice malicious = scripted(device.credential(), RANDOM)) {
                assertThat(malicious.connect()).isEmpty();
                malicious.send(ContentType.APPLICATION, Bytes.fromHex(message));
                assertThat(malicious.end().orElseThrow().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            }
        }
    }

    /** Less than half of the smallest length. What is counted is the whole process, in which other tests may run: once is enough. */
    private static void assertAllocatesLittle(ThrowingRunnable attack) {
        await().untilAsserted(() -> {
            long before = allocatedBytes();
            attack.run();
            assertThat(allocatedBytes() - before).isLessThan(1L << 29);
        });
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    /** Everything that is logged meanwhile, the server's own words in every detail. */
    private static final class CapturedLog implements AutoCloseable {

        private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
        private final Logger everything = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Logger own = (Logger) LoggerFactory.getLogger("dev.waxwing");
        private final @Nullable Level before = own.getLevel();

        CapturedLog() {
            own.setLevel(Level.TRACE);
            appender.start();
            everything.addAppender(appender);
        }

        String text() {
            StringBuilder text = new StringBuilder();
            synchronized (appender) {
                for (ILoggingEvent event : appender.list) {
                    text.append(event.getFormattedMessage()).append('\n');
                    if (event.getThrowableProxy() != null) {
                        text.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
                    }
                }
            }
            return text.toString();
        }

        @Override
        public void close() {
            everything.detachAppender(appender);
            own.setLevel(before);
        }
    }
}
