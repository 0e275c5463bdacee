package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.server.web.ConsoleAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A server that is killed in the middle of a rotation, which was asked for over REST, or by the host's command, of which the next
 * one is killed, too: the server after that is whole. Each run tries one step; {@code -Dwaxwing.crash.steps=all} every one, {@code =9,17} those.
 */
class RotationCrashTest {

    /** So often does a rotation ask something of the database, statements and commits, or a little more often. */
    private static final int STEPS = 43;

    private static final int MORE_THAN_THERE_ARE = 1_000;

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
        boolean present;
        try {
            present = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            present = false;
        }
        assumeTrue(present, "skipped: there is no openssl on this machine");
        password = Files.writeString(directory.resolve("password"), PASSWORD);
    }

    @Test
    void a_rotation_that_is_killed_at_any_step_leaves_a_server_that_is_whole() throws Exception {
        for (int step : steps()) {
            try {
                if (!stoppedAndKilled(step, Files.createDirectory(directory.resolve("step-" + step)))) {
                    return;
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "killed before step %1$d, to be tried again with -Dwaxwing.crash.steps=%1$d".formatted(step),
                        e);
            }
        }
    }

    private static List<Integer> steps() {
        String chosen = System.getProperty("waxwing.crash.steps", "random");
        return switch (chosen) {
            case "random" -> List.of(1 + new Random().nextInt(STEPS));
            case "all" -> IntStream.rangeClosed(1, MORE_THAN_THERE_ARE).boxed().toList();
            default -> Stream.of(chosen.split(",")).map(Integer::valueOf).toList();
        };
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
            CompletableFuture<Boolean> rotation = byHost ? askedByTheHost(data) : askedOverRest(server);
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

    private static CompletableFuture<Boolean> askedOverRest(ServerProcess server) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.consolePort() + ROTATION))
                .header("Authorization", ADMIN)
                .POST(BodyPublishers.noBody())
                .build();
        return CompletableFuture.supplyAsync(() -> {
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(request, BodyHandlers.ofString()).statusCode() == 201;
            } catch (IOException e) {
                return false; // The server is dead.
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
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
            Path files = Files.createDirectory(home.resolve(issuer.id().toString()));
            byte[] issued = database()
                    .sql("""
                        SELECT certificate FROM certificate
                        WHERE issuer = :issuer AND state = 'issued' AND role <> 'OCSP' LIMIT 1
                        """)
                    .param("issuer", issuer.id().toString())
                    .query(byte[].class)
                    .single();
            save(files.resolve("issued.pem"), "CERTIFICATE", issued);
            save(
                    files.resolve("issuer.pem"),
                    "CERTIFICATE",
                    issuer.certificate().getEncoded());
            save(
                    files.resolve("ca.pem"),
                    "CERTIFICATE",
                    authority().rootCertificate().getEncoded());
            ConsoleClient http = ConsoleClient.of(server);
            for (String list : List.of("/pki/crl/" + issuer.id(), "/pki/root-crl")) {
                save(files.resolve("lists.pem"), "X509 CRL", http.bytes(list).body());
            }
            assertThat(openssl(
                            files,
                            "verify -crl_check_all -CRLfile lists.pem -CAfile ca.pem -untrusted issuer.pem issued.pem"))
                    .isEqualTo("issued.pem: OK\n");
            String url = server.bean(ConsoleAddress.class).url() + "/pki/ocsp";
            assertThat(openssl(files, "ocsp -issuer issuer.pem -cert issued.pem -CAfile ca.pem -url " + url))
                    .startsWith("Response verify OK\nissued.pem: good\n");
        }

        private static void save(Path file, String type, byte[] der) throws IOException {
            String pem = "-----BEGIN " + type + "-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type
                    + "-----\n";
            String before = Files.exists(file) ? Files.readString(file) : "";
            Files.writeString(file, before + pem);
        }

        private static String openssl(Path files, String arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of("openssl"));
            command.addAll(List.of(arguments.split(" ")));
            Process process = new ProcessBuilder(command)
                    .directory(files.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return said;
        }
    }
}
