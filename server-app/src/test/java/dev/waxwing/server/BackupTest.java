package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.enrollment.InviteState;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.backup.BackupPassphrase;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import dev.waxwing.server.backup.Restore;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Backup and restore as the host's owner uses them, and how server and devices go on afterwards (docs/operations.md). */
class BackupTest {

    private static final String PASSWORD = "plum tree by the harbour";

    @TempDir
    Path directory;

    private Path secret;

    @BeforeEach
    void choosePassphrase() throws IOException {
        secret = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
    }

    @Test
    void one_device_is_called_one_device() throws Exception {
        Path data = directory.resolve("data");
        try (RunningServer server = RunningServer.start(data)) {
            TestDevice.enrol(server.listenerPort(), server.invite("camera"));
        }
        assertThat(told(
                        data,
                        "backup",
                        directory.resolve("waxwing.backup").toString(),
                        "--passphrase-file",
                        secret.toString()))
                .contains(" certificates, 1 device, 0 transfers, audit trail up to entry ");
    }

    @Test
    void goes_on_from_a_backup_that_was_made_while_devices_were_sending() throws Exception {
        Path data = directory.resolve("data");
        Path restored = directory.resolve("restored");
        Path backup = directory.resolve("waxwing.backup");
        byte[] photo = random(300_000, 1);
        TestDevice device;
        TestDevice busy;
        TestDevice revoked;
        Invite open;
        String token;
        ReceiptMessage receipt;
        String transfer;
        byte[] evidence;
        long lastCrl;
        UploadOpen later;

        try (RunningServer server = RunningServer.start(data)) {
            ConsoleClient http = ConsoleClient.of(server);
            server.bean(Accounts.class).create("test", "anna", Role.ADMIN, PASSWORD);
            device = TestDevice.enrol(server.listenerPort(), server.invite("camera"));
            busy = TestDevice.enrol(server.listenerPort(), server.invite("busy"));
            revoked = TestDevice.enrol(server.listenerPort(), server.invite("revoked"));
            open = server.invite("newcomer");
            server.invite("halfway");
            server.bean(Accounts.class).create("test", "bert", Role.VIEWER, PASSWORD);
            JdbcClient database = server.bean(JdbcClient.class);
            database.sql("UPDATE console_user SET password_until = :until WHERE name = 'bert'")
                    .param("until", OffsetDateTime.now(ZoneOffset.UTC).plusDays(7))
                    .update();
            database.sql("""
                UPDATE invite SET redeemed_at = :now, redeemed_spki_sha256 = 'a', serial_number = '1', open_name = NULL
                 WHERE name = 'halfway'
                """).param("now", OffsetDateTime.now(ZoneOffset.UTC)).update();
            database.sql("""
                INSERT INTO readmission (id, name, open_name, spki_sha256, predecessor, created_by, created_at, expires_at)
                VALUES ('0123456789abcdef', 'gone', 'gone', 'a', '1', 'anna', :now, :until)
                """)
                    .param("now", OffsetDateTime.now(ZoneOffset.UTC))
                    .param("until", OffsetDateTime.now(ZoneOffset.UTC).plusDays(7))
                    .update();
            token = token(http);
            assertThat(http.get("/api/v1/devices", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(200);
            try (TestSession session = device.connect()) {
                Sending.texts(device, session, "before", "the backup");
                receipt = Sending.file(device, session, "dawn.jpg", "image/jpeg", photo);
            }
            transfer = receipt.id().toString();
            evidence = http.bytes(
                            "/api/v1/transfers/" + transfer + "/evidence",
                            "Authorization",
                            ConsoleClient.basic("anna", PASSWORD))
                    .body();

            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger sent = new AtomicInteger();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> keepSending(busy, stop, sent));
            for (int i = 1; i <= 2; i++) {
                int before = sent.get();
                assertThat(run(0, data, "backup", backup + "." + i, "--passphrase-file", secret.toString()))
                        .isEqualTo(backup + "." + i);
                assertThat(sent).as("sending goes on").hasValueGreaterThanOrEqualTo(before);
            }
            stop.set(true);
            sending.join();
            assertThat(sent).hasPositiveValue();
            Files.move(directory.resolve("waxwing.backup.2"), backup);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                    .isEqualTo("rw-------");

            // What happens from here on, a restore forgets.
            server.bean(Revocation.class)
                    .revoke(
                            SerialNumber.of(revoked.credential().certificate()),
                            RevocationReason.KEY_COMPROMISE,
                            "test");
            server.bean(RevocationLists.class).rebuildWhereChanged();
            try (TestSession session = device.connect()) {
                later = device.offer("dusk.jpg", "image/jpeg", photo);
                session.send(later);
                session.expect(UploadReady.class);
                session.sendData(later.id(), photo, 0, photo.length);
                session.send(device.seal(device.manifest(later, photo)));
                session.expectAfterAcks(ReceiptMessage.class);
            }
            lastCrl = server.bean(RevocationLists.class).issuing().number();
        }

        // The other one is whole, too, whatever was written meanwhile: a restore checks the whole audit trail.
        Path other = directory.resolve("other");
        Files.writeString(
                Files.createDirectories(other.resolve("media/content")).resolve("here"), "before");
        assertThat(told(other, "restore", backup + ".1", "--passphrase-file", secret.toString()))
                .contains("The backup holds no media: what is in " + other.resolve("media") + " stays.");
        assertThat(other.resolve("media/content/here")).hasContent("before");
        assertThat(run(0, restored, "restore", backup.toString(), "--passphrase-file", secret.toString()))
                .isEqualTo(restored.toString());
        copyMedia(data, restored);

        try (RunningServer server = RunningServer.start(restored)) {
            ConsoleClient http = ConsoleClient.of(server);
            assertThat(http.get("/api/v1/devices", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(401);
            String basic = ConsoleClient.basic("anna", PASSWORD);
            assertThat(server.bean(Invites.class).count(InviteState.OPEN, "")).isZero();
            assertThat(enrols(server, open)).isFalse();
            assertThat(server.bean(RevocationLists.class).issuing().number()).isGreaterThan(lastCrl);
            assertThat(server.bean(AuditLog.class).verify().intact()).isTrue();
            AuditEntry entry = server.bean(AuditLog.class)
                    .page("server.restored", 0, 5)
                    .items()
                    .getFirst();
            assertThat(entry.actor()).isEqualTo("host");
            assertThat(entry.reason())
                    .contains(
                            sha256(backup),
                            "2 invites, 1 permission to come back, 1 API token, ",
                            " and 1 temporary password are void");
            assertThat(server.bean(Invites.class).voidUnsigned()).isZero();
            assertThat(server.bean(Readmissions.class).voidUnsigned()).isZero();
            assertThat(http.get("/api/v1/devices", "Authorization", ConsoleClient.basic("bert", PASSWORD))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(server.bean(JdbcClient.class)
                            .sql("SELECT COUNT(*) FROM console_user WHERE password_until > :now")
                            .param("now", OffsetDateTime.now(ZoneOffset.UTC))
                            .query(Long.class)
                            .single())
                    .isZero();

            assertThat(http.bytes("/api/v1/transfers/" + transfer + "/evidence", "Authorization", basic)
                            .body())
                    .isEqualTo(evidence);
            assertThat(http.send("POST", "/api/v1/transfers/" + transfer + "/verification", "", "Authorization", basic)
                            .body())
                    .contains("\"passed\":true");

            // The certificate that was revoked in between is good again: this is why somebody has to repeat it.
            revoked.at(server.listenerPort()).connect().close();

            TestDevice back = device.at(server.listenerPort());
            try (TestSession session = back.connect()) {
                assertThat(session.channel().grant().durableCounter()).isLessThan(later.counter());
                session.send(later);
                assertThat(session.expect(UploadReady.class).offset()).isZero();
                session.sendData(later.id(), photo, 0, photo.length);
                session.send(back.seal(back.manifest(later, photo)));
                session.expectAfterAcks(ReceiptMessage.class);
                Sending.texts(back, session, "after the restore");
            }
            assertThat(server.bean(Transfers.class)
                            .find(later.id().toString())
                            .orElseThrow()
                            .state())
                    .isEqualTo(TransferState.ACCEPTED);

            Restorations restorations = server.bean(Restorations.class);
            Restoration mark = restorations.unconfirmed().getFirst();
            assertThat(mark.backupSha256()).isEqualTo(sha256(backup));
            assertThat(mark.restoredAt()).isAfter(mark.backupAt());
            String confirmation = "/api/v1/restorations/" + mark.id() + "/confirmation";
            assertThat(http.get("/actuator/health", "Authorization", basic).body())
                    .contains(
                            "Do again what was done between backupAt and restoredAt",
                            "removals of devices, changes of users",
                            confirmation);
            ConsoleClient browser = ConsoleClient.of(server);
            browser.login("anna", PASSWORD);
            assertThat(browser.get("/").body())
                    .contains(
                            "This server was restored at",
                            "remove the devices that were removed",
                            "Remove or change the users",
                            "Take a root key away",
                            "devices that enrolled, renewed or",
                            "All of it was done again");
            assertThat(browser.get("/certificates").body()).contains("This server was restored at");
            assertThat(http.send("POST", confirmation, "", "Authorization", basic)
                            .body())
                    .contains("\"confirmedBy\":\"anna\"");
            assertThat(restorations.unconfirmed()).isEmpty();
            assertThat(browser.get("/").body()).doesNotContain("This server was restored at");
            assertThat(server.bean(AuditLog.class)
                            .page("restoration.confirmed", 0, 5)
                            .items())
                    .singleElement()
                    .extracting(AuditEntry::reason)
                    .isEqualTo("unconfirmed → what was done since the backup was done again");
            // What was accepted after the backup is kept, although no row knows it.
            assertThat(restored.resolve("media/orphans/" + later.id())).hasBinaryContent(photo);
        }

        assertThat(run(0, restored, "setup-link", "--waxwing.console.port=4712"))
                .startsWith("http://127.0.0.1:4712/setup/");
    }

    @Test
    void refuses_what_is_damaged_and_leaves_everything_as_it_was() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("waxwing.backup");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString(), "--with-media");
        byte[] whole = Files.readAllBytes(backup);
        assertThat(refusal(data, "backup", backup.toString(), "--passphrase-file", secret.toString()))
                .contains("exists already");
        assertThat(backup).hasBinaryContent(whole);

        Path fresh = directory.resolve("fresh");
        Path damaged = directory.resolve("damaged");
        byte[] turned = whole.clone();
        turned[whole.length / 2] ^= 1;
        for (byte[] content : List.of(
                turned,
                Arrays.copyOf(whole, whole.length - 1),
                Arrays.copyOf(whole, 85 + 65_552),
                Arrays.copyOf(whole, whole.length + 1))) {
            Files.write(damaged, content);
            assertThat(refusal(fresh, "restore", damaged.toString(), "--passphrase-file", secret.toString()))
                    .contains("damaged or cut off");
            assertThat(fresh).doesNotExist();
        }
        Path other = Files.writeString(directory.resolve("other"), "another passphrase");
        assertThat(refusal(fresh, "restore", backup.toString(), "--passphrase-file", other.toString()))
                .contains("passphrase");
        assertThat(fresh).doesNotExist();

        List<Path> before = files(data);
        assertThat(refusal(data, "restore", backup.toString(), "--passphrase-file", secret.toString()))
                .contains("not empty", "--replace");
        assertThat(refusal(data, "restore", damaged.toString(), "--passphrase-file", secret.toString(), "--replace"))
                .contains("damaged");
        assertThat(files(data)).isEqualTo(before);

        run(0, data, "restore", backup.toString(), "--passphrase-file", secret.toString(), "--replace");
        try (Stream<Path> all = Files.list(data)) {
            Path aside = all.filter(path -> path.getFileName().toString().startsWith("before-restore-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(aside.resolve("keys/root.pem")).hasSameBinaryContentAs(data.resolve("keys/root.pem"));
            assertThat(aside.resolve("db/waxwing.mv.db")).exists();
        }
        assertThat(run(0, data, "audit", "verify")).contains("is whole");
    }

    @Test
    void holds_the_keys_when_their_directory_is_a_link_and_is_refused_without_any() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("waxwing.backup");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        Path keys = Files.move(data.resolve("keys"), directory.resolve("keys-elsewhere"));
        Files.createSymbolicLink(data.resolve("keys"), keys);
        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString());
        Path restored = directory.resolve("restored");
        Files.createDirectories(restored.resolve("media/content"));
        assertThat(told(restored, "restore", backup.toString(), "--passphrase-file", secret.toString()))
                .contains("The backup holds no media, and there are none in " + restored.resolve("media")
                        + ": bring them")
                .doesNotContain("stays");
        assertThat(restored.resolve("keys/root.pem")).hasSameBinaryContentAs(keys.resolve("root.pem"));

        try (RunningServer _ = RunningServer.start(data)) {
            try (Stream<Path> all = Files.list(keys)) {
                for (Path key : all.filter(path -> path.getFileName().toString().startsWith("issuing"))
                        .toList()) {
                    Files.move(key, directory.resolve(key.getFileName()));
                }
            }
            assertThat(refusal(data, "backup", backup + ".2", "--passphrase-file", secret.toString()))
                    .contains("no key of an issuing authority");
            assertThat(directory.resolve("waxwing.backup.2")).doesNotExist();
        }
    }

    @Test
    void never_touches_a_database_that_is_not_in_the_data_directory() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("waxwing.backup");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString());
        Path other = directory.resolve("other/waxwing");
        String url = "--spring.datasource.url=jdbc:h2:file:" + other;
        Path fresh = directory.resolve("fresh");

        assertThat(refusal(fresh, "restore", backup.toString(), "--passphrase-file", secret.toString(), url))
                .contains("spring.datasource.url is set");
        assertThat(refusal(data, "backup", backup + ".2", "--passphrase-file", secret.toString(), url))
                .contains("spring.datasource.url is set");

        assertThat(other.getParent()).doesNotExist();
        assertThat(fresh).doesNotExist();
    }

    @Test
    void has_changed_nothing_when_it_says_so_because_what_is_ready_could_not_be_decided_for() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("waxwing.backup");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        run(0, data, "backup", backup.toString(), "--passphrase-file", secret.toString());
        Path home = Files.createDirectory(directory.resolve("home"));
        Path inTheWay = home.resolve(".waxwing-restored");
        Restore restore = new Restore(backup, BackupPassphrase.read(secret), false);

        assertThatThrownBy(() -> restore.into(
                        home,
                        "host",
                        (_, _) -> {
                            Files.writeString(Files.createDirectory(inTheWay).resolve("kept"), "");
                            return "";
                        },
                        Instant.now()))
                .hasMessageContaining("nothing has changed");

        assertThat(files(home)).containsExactly(home, inTheWay, inTheWay.resolve("kept"));
    }

    @Test
    void says_which_entry_of_the_audit_trail_is_not_the_one_that_was_noted() throws Exception {
        Path data = directory.resolve("data");
        run(0, data, "invite", "--name", "camera", "--waxwing.listener.bind=127.0.0.1");
        String[] head = run(0, data, "audit", "verify").split("Head: ")[1].split(" ");
        assertThat(head).containsSubsequence("--id", "--head");
        run(0, data, "invite", "--name", "camera-2", "--waxwing.listener.bind=127.0.0.1");
        assertThat(run(0, data, "audit", "verify", "--id", head[1], "--head", head[3].strip()))
                .contains("is the one that was noted");
        assertThat(refusal(data, "audit", "verify", "--id", head[1], "--head", "0".repeat(64)))
                .contains("is not the one that was noted");
        assertThat(refusal(data, "audit", "verify", "--id", "999", "--head", head[3].strip()))
                .contains("is missing");
        run(2, data, "audit", "verify", "--id", "1");
        run(2, data, "audit");
    }

    @Test
    void wants_a_server_that_is_stopped_a_passphrase_and_a_state() throws Exception {
        Path data = directory.resolve("data");
        assertThat(refusal(data, "backup", directory + "/b", "--passphrase-file", secret.toString()))
                .contains("no server's state");
        assertThat(data).doesNotExist();
        run(2, data, "backup", directory + "/b");
        run(2, data, "backup", directory + "/b", "--passphrase-file", "a", "--generate-passphrase", "b");
        run(2, data, "restore", directory + "/b");
        try (RunningServer _ = RunningServer.start(data)) {
            Path generated = directory.resolve("generated");
            assertThat(refusal(data, "backup", directory + "/no/b", "--generate-passphrase", generated.toString()))
                    .contains("no directory");
            assertThat(generated).doesNotExist();
            run(0, data, "backup", directory + "/b", "--generate-passphrase", generated.toString());
            assertThat(refusal(
                            data, "restore", directory + "/b", "--passphrase-file", generated.toString(), "--replace"))
                    .contains("A server runs", "Stop it first");
        }
    }

    private static void keepSending(TestDevice device, AtomicBoolean stop, AtomicInteger sent) {
        byte[] content = random(400_000, 7);
        try (TestSession session = device.connect()) {
            while (!stop.get()) {
                Sending.file(device, session, "busy.bin", "application/octet-stream", content);
                Sending.texts(device, session, "one", "two", "three");
                sent.incrementAndGet();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean enrols(RunningServer server, Invite invite) {
        try {
            TestDevice.enrol(server.listenerPort(), invite);
            return true;
        } catch (IOException | ProtocolException refused) {
            return false;
        }
    }

    private static String token(ConsoleClient http) {
        String created = http.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"label\": \"script\", \"role\": \"viewer\"}",
                        "Authorization",
                        ConsoleClient.basic("anna", PASSWORD),
                        "Content-Type",
                        "application/json")
                .body();
        return created.replaceAll("(?s).*\"token\":\"([^\"]+)\".*", "$1");
    }

    /** The result on standard output. */
    private static String run(int exit, Path data, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(run(data, out, err, args)).as("%s", err).isEqualTo(exit);
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    /** What standard error says about a success. */
    private static String told(Path data, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(run(data, out, err, args)).as("%s", err).isZero();
        return err.toString(StandardCharsets.UTF_8);
    }

    /** What standard error says about a failure. */
    private static String refusal(Path data, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(run(data, out, err, args)).isEqualTo(1);
        assertThat(out.size()).isZero();
        return err.toString(StandardCharsets.UTF_8);
    }

    private static int run(Path data, ByteArrayOutputStream out, ByteArrayOutputStream err, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.add("--waxwing.data-dir=" + data);
        return Subcommands.run(all.toArray(String[]::new), new PrintStream(out), new PrintStream(err));
    }

    private static List<Path> files(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            return all.sorted().toList();
        }
    }

    private static void copyMedia(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from.resolve("media"))) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(path));
                if (Files.notExists(target)) {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        return TestDevice.sha256(Files.readAllBytes(file)).hex();
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
