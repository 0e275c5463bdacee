package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.server.host.Subcommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A server that is killed in the middle of a rotation, which was asked for over REST, or by the host's command, of which the next
 * one is killed, too: the server after that is whole. Each run tries one step ({@link CrashSteps}).
 */
class RotationCrashTest {

    /** So often does a rotation ask something of the database, statements and commits, or a little more often. */
    private static final int STEPS = 43;

    /** Short-lived processes start sooner without the compiler that makes them fast. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final String ROTATION = "/api/v1/authority/issuing/rotation";

    @TempDir
    static Path directory;

    private static Path password;

    @BeforeAll
    static void prepare() throws Exception {
        OpensslChain.requireInstalled();
        password = Files.writeString(directory.resolve("password"), PASSWORD);
    }

    @Test
    void a_rotation_that_is_killed_at_any_step_leaves_a_server_that_is_whole() throws Exception {
        CrashSteps.each(STEPS, directory, RotationCrashTest::stoppedAndKilled);
    }

    /** One round; false if the rotation was over before that step. */
    private static boolean stoppedAndKilled(int step, Path home) throws Exception {
        Path data = home.resolve("data");
        Path mark = home.resolve("stopped");
        boolean byHost = step % 2 == 1;
        TestDevice device;
        try (ServerProcess server = ServerProcess.start(
                List.of(QUICK, StoppingServer.class.getName(), Integer.toString(step), mark.toString()),
                data,
                home.resolve("log"),
                "--waxwing.console.admin-password-file=" + password)) {
            device = TestDevice.enrol(server.listenerPort(), server.invite("camera-01"));
            CompletableFuture<Boolean> rotation = byHost
                    ? askedByTheHost(data)
                    : server.asked(ROTATION, ADMIN, "").thenApply(status -> status == 201);
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(mark) || rotation.isDone());
            server.kill();
            // Whoever asked is told, and nothing is done a second time behind the back of who asked.
            assertThat(rotation.get(1, TimeUnit.MINUTES)).isEqualTo(Files.notExists(mark));
        }
        if (byHost) {
            killTheHostsCommand(data, home.resolve("command"), 1 + step % 6);
        }
        try (RunningServer server = RunningServer.start(data)) {
            new Judgement(server, data, home).of(device.at(server.listenerPort()));
        }
        return Files.exists(mark);
    }

    private static CompletableFuture<Boolean> askedByTheHost(Path data) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        return CompletableFuture.supplyAsync(() ->
                Subcommands.run(new String[] {"rotate-issuing", "--waxwing.data-dir=" + data}, nowhere, nowhere) == 0);
    }

    /** No server runs, so that the command does it all itself: its work on files shows how far it is. */
    private static void killTheHostsCommand(Path data, Path log, int changes) throws Exception {
        Set<String> seen = new HashSet<>(keyFiles(data));
        int before = seen.size();
        Process command = ServerProcess.java(
                log, List.of(QUICK, WaxwingServer.class.getName(), "rotate-issuing", "--waxwing.data-dir=" + data));
        await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(1)).until(() -> {
            seen.addAll(keyFiles(data));
            return seen.size() >= before + changes || !command.isAlive();
        });
        boolean killed = command.isAlive();
        command.destroyForcibly().waitFor();
        assertThat(killed || command.exitValue() == 0).as(Files.readString(log)).isTrue();
    }

    /** With the time of their last change, so that a file that is replaced counts as another. */
    private static Set<String> keyFiles(Path data) throws IOException {
        Set<String> files = new HashSet<>();
        try (Stream<Path> all = Files.list(data.resolve("keys"))) {
            for (Path file : all.toList()) {
                try {
                    files.add(file + " " + Files.getLastModifiedTime(file));
                } catch (NoSuchFileException e) {
                    // Renamed meanwhile.
                }
            }
        }
        return files;
    }

    /** What must hold of a server, whatever happened before it started. */
    private record Judgement(RunningServer server, Path data, Path home) {

        void of(TestDevice old) throws Exception {
            assertThatAllBelongsTogether();
            assertServes(old, "camera-02");
            ConsoleClient http = ConsoleClient.of(server);
            var rotated = http.send("POST", ROTATION, "", "Authorization", ADMIN);
            assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(201);
            assertThatAllBelongsTogether();
            assertServes(old, "camera-03");
            assertThat(authority().issuers())
                    .extracting(IssuingAuthority::state)
                    .doesNotContain(IssuingAuthority.State.PREPARED);
            for (IssuingAuthority issuer : authority().issuers()) {
                assertThatOpensslBelieves(issuer);
            }
        }

        private CertificateAuthority authority() {
            return server.bean(CertificateAuthority.class);
        }

        private JdbcClient database() {
            return server.bean(JdbcClient.class);
        }

        private List<String> column(String sql) {
            return database().sql(sql).query(String.class).list();
        }

        private void assertThatAllBelongsTogether() {
            List<String> turns = column("SELECT authority FROM issuing_turn ORDER BY number");
            assertThat(turns).doesNotHaveDuplicates();
            assertThat(authority().issuers())
                    .filteredOn(issuer -> issuer.state() == IssuingAuthority.State.CURRENT)
                    .extracting(issuer -> issuer.id().toString())
                    .containsExactly(turns.getLast());
            assertThat(column("SELECT subject FROM audit_event WHERE action = 'authority.rotated' ORDER BY id"))
                    .isEqualTo(turns.subList(1, turns.size()));

            KeyStorage keys = server.bean(KeyStorage.class);
            List<String> withKey = keys.list("issuing-").stream()
                    .filter(file -> keys.load(file).orElseThrow().privateKey() != null)
                    .map(file -> file.substring("issuing-".length()))
                    .toList();
            assertThat(column("SELECT id FROM certificate_authority WHERE role = 'issuing'"))
                    .containsExactlyInAnyOrderElementsOf(withKey);
            assertThat(withKey).containsAll(column("SELECT DISTINCT issuer FROM certificate"));

            List<String> own = new ArrayList<>(List.of("server", "receipt"));
            own.addAll(keys.list("ocsp-"));
            for (String file : own) {
                X509Certificate certificate = keys.load(file).orElseThrow().certificate();
                assertThat(server.bean(Inventory.class).certificate(SerialNumber.of(certificate)))
                        .as(file)
                        .contains(certificate);
            }
            PrintStream said = new PrintStream(new ByteArrayOutputStream());
            assertThat(Subcommands.run(new String[] {"audit", "verify", "--waxwing.data-dir=" + data}, said, said))
                    .isZero();
        }

        private void assertServes(TestDevice old, String name) throws Exception {
            TestDevice fresh = TestDevice.enrol(server.listenerPort(), server.invite(name));
            assertThat(fresh.credential().chain().getLast())
                    .isEqualTo(authority().issuingCertificate());
            for (TestDevice device : List.of(old, fresh)) {
                try (TestSession session = device.connect()) {
                    Sending.texts(device, session, "still here");
                }
            }
        }

        private void assertThatOpensslBelieves(IssuingAuthority issuer) throws Exception {
            byte[] issued = database()
                    .sql("""
                        SELECT certificate FROM certificate
                        WHERE issuer = :issuer AND state = 'issued' AND role <> 'OCSP' LIMIT 1
                        """)
                    .param("issuer", issuer.id().toString())
                    .query(byte[].class)
                    .single();
            OpensslChain chain =
                    OpensslChain.of(server, home.resolve(issuer.id().toString()), issued, issuer);
            assertThat(chain.verified()).isEqualTo("issued.pem: OK\n");
            assertThat(chain.status()).startsWith("Response verify OK\nissued.pem: good\n");
        }
    }
}
