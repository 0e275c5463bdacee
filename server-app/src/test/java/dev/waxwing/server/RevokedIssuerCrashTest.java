package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.wire.PeerAlertException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed while it revokes a former issuing authority: the next start completes what was stored, and nothing was done
 * where nothing was. Each run tries one step; {@code -Dwaxwing.crash.steps=all} every one, {@code =4,7} those.
 */
class RevokedIssuerCrashTest {

    /** So often does it ask something of the database, statements and commits, before it leaves the rest to the sweep. */
    private static final int STEPS = 13;

    private static final int MORE_THAN_THERE_ARE = 100;
    private static final String QUICK = "-XX:TieredStopAtLevel=1";
    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);

    @TempDir
    static Path directory;

    @Test
    void a_revocation_that_is_killed_at_any_step_is_whole_after_the_next_start() throws Exception {
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

    /** One round; false if the revocation was over before that step. */
    private static boolean stoppedAndKilled(int step, Path home) throws Exception {
        Path data = home.resolve("data");
        Path mark = home.resolve("stopped");
        AuthorityId former;
        TestDevice device;
        Path password = Files.writeString(home.resolve("password"), PASSWORD);
        try (ServerProcess server = ServerProcess.start(
                data, home.resolve("log-before"), "--waxwing.console.admin-password-file=" + password)) {
            device = TestDevice.enrol(server.listenerPort(), server.invite("camera-01"));
            former = onlyIssuing(data);
            PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
            assertThat(Subcommands.run(new String[] {"rotate-issuing", "--waxwing.data-dir=" + data}, nowhere, nowhere))
                    .isZero();
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(
                List.of(QUICK, StoppingServer.class.getName(), Integer.toString(step), mark.toString()),
                data,
                home.resolve("log"))) {
            CompletableFuture<Boolean> revocation = asked(server, former);
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(mark) || revocation.isDone());
            server.kill();
            assertThat(revocation.get(1, TimeUnit.MINUTES)).isEqualTo(Files.notExists(mark));
        }
        try (RunningServer server = RunningServer.start(data)) {
            judge(server, data, former, device.at(server.listenerPort()), Files.notExists(mark));
        }
        return Files.exists(mark);
    }

    private static AuthorityId onlyIssuing(Path data) throws IOException {
        try (Stream<Path> keys = Files.list(data.resolve("keys"))) {
            return keys.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("issuing-"))
                    .map(name -> new AuthorityId(name.substring("issuing-".length(), name.length() - ".pem".length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static CompletableFuture<Boolean> asked(ServerProcess server, AuthorityId former) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.consolePort()
                        + "/api/v1/authority/issuing/" + former + "/certificate/revocation"))
                .header("Authorization", ADMIN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"reason\": \"cACompromise\"}"))
                .build();
        return CompletableFuture.supplyAsync(() -> {
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(request, BodyHandlers.ofString()).statusCode() == 200;
            } catch (IOException e) {
                return false; // The server is dead.
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void judge(RunningServer server, Path data, AuthorityId former, TestDevice device, boolean isOver)
            throws Exception {
        CertificateAuthority authority = server.bean(CertificateAuthority.class);
        boolean isRevoked = authority.issuer(former).orElseThrow().isRevoked();
        assertThat(isRevoked || !isOver).isTrue();
        assertThat(server.audited("authority.revoked", 5)).hasSize(isRevoked ? 1 : 0);
        X509Certificate certificate = authority.issuer(former).orElseThrow().certificate();
        X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(
                        server.bean(RevocationLists.class).root().der()));
        assertThat(list.isRevoked(certificate)).isEqualTo(isRevoked);
        if (isRevoked) {
            await().until(() -> server.bean(Inventory.class).countLive(former) == 0);
            assertThrows(PeerAlertException.class, device::connect);
        } else {
            try (TestSession session = device.connect()) {
                Sending.texts(device, session, "nothing has happened");
            }
        }
        TestDevice fresh = TestDevice.enrol(server.listenerPort(), server.invite("camera-02"));
        try (TestSession session = fresh.connect()) {
            assertThat(session.channel().rootList().toArray()).isEqualTo(list.getEncoded());
            Sending.texts(fresh, session, "still here");
        }
        PrintStream said = new PrintStream(new ByteArrayOutputStream());
        assertThat(Subcommands.run(new String[] {"audit", "verify", "--waxwing.data-dir=" + data}, said, said))
                .isZero();
    }
}
