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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed while it revokes a former issuing authority: the next start completes what was stored, and nothing was done
 * where nothing was. Each run tries one step ({@link CrashSteps}).
 */
class RevokedIssuerCrashTest {

    /** So often does it ask something of the database, statements and commits, before it leaves the rest to the sweep. */
    private static final int STEPS = 13;

    private static final String QUICK = "-XX:TieredStopAtLevel=1";
    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);

    @TempDir
    static Path directory;

    @Test
    void a_revocation_that_is_killed_at_any_step_is_whole_after_the_next_start() throws Exception {
        CrashSteps.each(STEPS, directory, RevokedIssuerCrashTest::stoppedAndKilled);
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
            CompletableFuture<Integer> revocation = server.asked(
                    "/api/v1/authority/issuing/" + former + "/certificate/revocation",
                    ADMIN,
                    "{\"reason\": \"cACompromise\"}");
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(mark) || revocation.isDone());
            server.kill();
            assertThat(revocation.get(1, TimeUnit.MINUTES) == 200).isEqualTo(Files.notExists(mark));
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
