package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.StatementLog.Count;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.wire.Bytes;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.core.ConditionTimeoutException;
import org.h2.command.Command;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What devices, revocations and pages cost the database, counted exactly at the JDBC interface: statements, commits, and how often
 * the file is forced to the disk. Whoever makes something cheaper or dearer changes its number here, and says why.
 */
class StatementCostTest {

    private static final Count CONNECT = new Count(8, 3, 0);
    private static final Count LEAVE = new Count(4, 2, 0);
    private static final Count TEXT = new Count(3, 1, 1);
    private static final Count REPEATED_TEXT = new Count(3, 1, 1);

    /** A hundred texts are committed in some number of groups; each is a block, whatever the number of its texts. */
    private static final int STATEMENTS_PER_GROUP = 3;

    private static final int STATEMENTS_PER_SEAL = 19;

    /** Whatever its size. */
    private static final Count UPLOAD = new Count(17, 2, 2);

    private static final Count REVOCATION = new Count(7, 2, 1);

    /** It looks once more, after the commit, because it could have been released meanwhile. */
    private static final Count HOLD = new Count(6, 1, 0);

    private static final Count RELEASE = new Count(7, 1, 0);

    /** Of a device with ten certificates, in one commit; what they had half sent, there is nothing, is looked for in another. */
    private static final Count SWEEP = new Count(20, 2, 1);

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final String PASSWORD = "plum tree by the harbour";

    private static RunningServer server;
    private static StatementLog log;
    private static ConsoleClient http;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(StatementLog.Recording.class, directory.resolve("data"));
        log = server.bean(StatementLog.class);
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        new ManyRows(server).addToAllLists(1, 200);
        http = ConsoleClient.of(server);
        http.login("admin", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_session_from_handshake_to_end() throws Exception {
        TestSession session = connect(newDevice());
        leave(session);
    }

    private static TestDevice newDevice() throws Exception {
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("device-" + NAMES.incrementAndGet()));
        // The last of what an enrolment asks the database; the device does not wait for it.
        await().until(() -> log.executions().stream()
                .anyMatch(each -> each.sql().startsWith("UPDATE classic_device")
                        && each.parameters().containsValue(device.name())));
        return device;
    }

    private static TestSession connect(TestDevice device) throws Exception {
        return require(CONNECT, device::connect);
    }

    private static void leave(TestSession session) throws Exception {
        require(LEAVE, () -> {
            session.close();
            return session;
        });
    }

    /** To parse what looks for known texts took longer than to answer it. */
    @Test
    void what_a_text_asks_is_parsed_once() throws Exception {
        TestDevice device = newDevice();
        TestSession session = connect(device);
        List<Text> texts = texts(device, 1);
        require(TEXT, () -> send(session, texts));
        List<String> asked = log.executions().stream()
                .map(StatementLog.Execution::sql)
                .filter(sql -> sql.matches("(SELECT|INSERT|UPDATE|DELETE|\\().*"))
                .distinct()
                .toList();
        assertThat(asked).anyMatch(sql -> sql.contains("FROM offer")).hasSize(TEXT.statements());
        try (Connection connection = server.bean(DataSource.class).getConnection()) {
            SessionLocal database =
                    (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
            assertThat(asked).allSatisfy(sql -> {
                Command parsed = database.prepareLocal(sql);
                parsed.close();
                assertThat(database.prepareLocal(sql)).isSameAs(parsed);
                parsed.close();
            });
        }
        leave(session);
    }

    @Test
    void a_text_and_its_repetition() throws Exception {
        TestDevice device = newDevice();
        TestSession session = connect(device);
        List<Text> texts = texts(device, 1);
        require(TEXT, () -> send(session, texts));
        require(REPEATED_TEXT, () -> send(session, texts));
        leave(session);
    }

    @Test
    void a_hundred_texts_and_their_seal() throws Exception {
        TestDevice device = newDevice();
        TestSession session = connect(device);
        List<Text> texts = texts(device, 100);
        log.clear();
        send(session, texts);
        int groups = log.count().synchronised();
        assertThat(log.count())
                .as("in %d groups:%n%s", groups, log.listing())
                .isEqualTo(new Count(groups * STATEMENTS_PER_GROUP, groups, groups));
        Sending.texts(device, session, "first"); // The parts that evidence shares are there from now on.
        require(new Count(STATEMENTS_PER_SEAL, 2, 2), () -> seal(device, session, texts));
        leave(session);
    }

    private static List<Text> texts(TestDevice device, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "text " + i))
                .toList();
    }

    private static List<Text> send(TestSession session, List<Text> texts) throws Exception {
        session.send(texts.toArray(Text[]::new));
        for (Text text : texts) {
            assertThat(session.expect(TextAck.class).counter()).isEqualTo(text.counter());
        }
        return texts;
    }

    private static ReceiptMessage seal(TestDevice device, TestSession session, List<Text> texts) throws Exception {
        byte[] content = Bytes.concat(texts.stream().map(TextLines::line).toArray(Bytes[]::new))
                .toArray();
        UploadOpen group = device.offer(TextLines.NAME, TextLines.MEDIA_TYPE, content);
        UploadSeal signed = device.seal(device.manifest(group, content));
        session.send(new TextSeal(
                group.id(), texts.stream().map(Text::counter).toList(), signed.manifest(), signed.signature()));
        return session.expect(ReceiptMessage.class);
    }

    @Test
    void an_upload_whatever_its_size() throws Exception {
        TestDevice device = newDevice();
        TestSession session = connect(device);
        Sending.file(device, session, "first.bin", "application/octet-stream", new byte[10]);
        for (int size : new int[] {1 << 10, 10 << 20}) {
            byte[] content = new byte[size];
            require(UPLOAD, () -> Sending.file(device, session, "clip.bin", "application/octet-stream", content));
        }
        leave(session);
    }

    @Test
    void a_revocation() throws Exception {
        SerialNumber certificate = SerialNumber.of(newDevice().credential().certificate());
        Revocation revocation = server.bean(Revocation.class);
        require(REVOCATION, () -> revocation.revoke(certificate, RevocationReason.KEY_COMPROMISE, "test"));
    }

    @Test
    void a_hold_and_its_release() throws Exception {
        SerialNumber certificate = SerialNumber.of(newDevice().credential().certificate());
        Revocation revocation = server.bean(Revocation.class);
        require(HOLD, () -> revocation.revoke(certificate, RevocationReason.CERTIFICATE_HOLD, "test"));
        require(RELEASE, () -> revocation.release(certificate, "test"));
    }

    @Test
    void a_revocation_of_all_that_a_device_has() throws Exception {
        String device = newDevice().name();
        for (int i = 0; i < 9; i++) {
            server.anotherCertificate(device);
        }
        Revocation revocation = server.bean(Revocation.class);
        require(SWEEP, () -> revocation.revokeDevice(device, RevocationReason.CESSATION_OF_OPERATION, "test"));
    }

    /** Who asks is one statement of each. */
    @ParameterizedTest
    @CsvSource({
        "/certificates, 3",
        "/certificates?status=revoked, 3",
        "/certificates?query=camera, 3",
        "/devices, 4",
        "/devices?query=camera-00000, 3",
        "/devices?state=expired, 3",
        "/invites, 3",
        "/sessions, 1",
        "/transfers, 3",
        "/transfers?state=accepted, 3",
        "/audit, 5",
        "/audit?query=session, 4",
        "/expiring, 5",
        "/, 9"
    })
    void a_page(String path, int statements) throws Exception {
        require(new Count(statements, 0, 0), () -> http.get(path));
    }

    private static <T> T require(Count expected, Callable<T> work) throws Exception {
        log.clear();
        T result = work.call();
        try {
            await().during(Duration.ofMillis(200)).until(() -> log.count().equals(expected));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("expected " + expected + ", counted " + log.count() + ":\n" + log.listing(), e);
        }
        return result;
    }
}
