package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.evidence.BundleVerification;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.media.RootListAnswer;
import dev.waxwing.media.RootListQuery;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole server that revokes the own certificate of a former issuing authority, while devices with certificates from it are there. */
@BesideOthers
class RevokedIssuerTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path directory;

    private static RunningServer server;
    private static ConsoleClient http;

    @BeforeAll
    static void start() {
        server = RunningServer.start(directory.resolve("data"));
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        http = ConsoleClient.of(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static CertificateAuthority authority() {
        return server.bean(CertificateAuthority.class);
    }

    private static TestDevice enrol(String name) throws Exception {
        return TestDevice.enrol(server.listenerPort(), server.invite(name));
    }

    /** Has another authority take over, and returns the former. */
    private static IssuingAuthority rotated() {
        IssuingAuthority former = authority().issuers().getFirst();
        assertThat(http.send("POST", "/api/v1/authority/issuing/rotation", "", "Authorization", ADMIN)
                        .statusCode())
                .isEqualTo(201);
        return former;
    }

    private static HttpResponse<String> revoke(String id, String reason) {
        return http.send(
                "POST",
                "/api/v1/authority/issuing/" + id + "/certificate/revocation",
                "{\"reason\": \"" + reason + "\"}",
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
    }

    private static JsonNode revoked(IssuingAuthority former) {
        HttpResponse<String> answer = revoke(former.id().toString(), "cACompromise");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static JsonNode problem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("reference").asString()).hasSize(16);
        return problem;
    }

    @Test
    void its_devices_are_shut_out_within_a_second_and_those_of_others_stay() throws Exception {
        TestDevice old = enrol("old-01");
        TestSession live = old.connect();
        Sending.texts(old, live, "before");
        IssuingAuthority former = rotated();
        TestDevice fresh = enrol("fresh-01");
        try (TestSession other = fresh.connect()) {
            long asked = System.nanoTime();
            JsonNode view = revoked(former);
            assertThat(live.expectEnd())
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            ended -> assertThat(ended.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
            assertThat(Duration.ofNanos(live.endedAt() - asked)).isLessThan(Duration.ofSeconds(2));
            assertThat(view.path("state").asString()).isEqualTo("revoked");
            assertThat(view.path("revocationReason").asString()).isEqualTo("cACompromise");
            assertThat(view.path("revokedAt").asString()).isNotEmpty();
            assertThat(view.path("liveCertificates").asInt()).isZero();

            PeerAlertException refused = assertThrows(PeerAlertException.class, old::connect);
            assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
            await().untilAsserted(() -> assertThat(
                            server.audited(refused.alert().incident().toString(), 5))
                    .singleElement()
                    .extracting(AuditEntry::reason)
                    .asString()
                    .contains("revoked"));
            Sending.texts(fresh, other, "still here");
        }
        try (TestSession again = fresh.connect()) {
            Sending.texts(fresh, again, "and again");
        }
        assertThat(server.audited("authority.revoked", 5))
                .filteredOn(entry -> entry.subject().equals(former.id().toString()))
                .singleElement()
                .satisfies(entry ->
                        assertThat(entry.reason()).contains("cACompromise", "before: retired", "now: revoked since"));
    }

    @Test
    void a_handshake_shows_the_roots_list_and_whoever_asks_hears_of_a_newer_one_within_a_second() throws Exception {
        IssuingAuthority former = rotated();
        TestDevice asking = enrol("asking-01");
        TestDevice silent = enrol("silent-01");
        try (TestSession told = asking.connect();
                TestSession untold = silent.connect()) {
            Bytes before = rootList();
            assertThat(told.channel().rootList()).isEqualTo(before);
            assertThat(untold.channel().rootList()).isEqualTo(before);
            told.send(new RootListQuery());
            Sending.texts(asking, told, "nothing is told that is known");

            revoked(former);
            RootListAnswer answer = told.expect(RootListAnswer.class);
            assertThat(answer.list()).isEqualTo(rootList()).isNotEqualTo(before);
            TrustedRoot root = TrustedRoot.of(authority().rootCertificate());
            RevokedAuthorities learnt = new RevokedAuthorities(TrustedRoots.of(root));
            learnt.take(answer.list());
            assertThat(learnt.named(root)).contains(former.certificate().getSerialNumber());
            // An older device would take it for a violation.
            Sending.texts(silent, untold, "nothing is told to who has not asked");
        }
        try (TestSession next = silent.connect()) {
            assertThat(next.channel().rootList()).isEqualTo(rootList());
        }
    }

    @Test
    void whoever_asks_hears_of_each_list_that_the_root_signs() throws Exception {
        TestDevice asking = enrol("asking-02");
        try (TestSession told = asking.connect()) {
            told.send(new RootListQuery());
            Sending.texts(asking, told, "the server knows that this device asks");
            server.bean(RevocationLists.class).signRoot();
            assertThat(told.expect(RootListAnswer.class).list()).isEqualTo(rootList());
        }
    }

    @Test
    void its_devices_are_told_before_their_sessions_end_and_by_the_handshake_that_refuses_them() throws Exception {
        TestDevice old = enrol("warned-01");
        TestSession live = old.connect();
        live.send(new RootListQuery());
        Sending.texts(old, live, "the server knows that this device asks");
        IssuingAuthority former = rotated();

        long asked = System.nanoTime();
        revoked(former);
        assertThat(live.expect(RootListAnswer.class).list()).isEqualTo(rootList());
        assertThat(live.expectEnd())
                .isInstanceOfSatisfying(
                        PeerAlertException.class,
                        ended -> assertThat(ended.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
        assertThat(Duration.ofNanos(live.endedAt() - asked)).isLessThan(Duration.ofSeconds(2));

        TrustedRoot root = TrustedRoot.of(authority().rootCertificate());
        RevokedAuthorities learnt = new RevokedAuthorities(TrustedRoots.of(root));
        PeerAlertException refused = assertThrows(PeerAlertException.class, () -> old.connect(learnt));
        assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED);
        assertThat(learnt.newest(root)).contains(rootList());
        assertThat(learnt.named(root)).contains(former.certificate().getSerialNumber());
    }

    private static Bytes rootList() {
        return Bytes.of(http.bytes("/pki/root-crl").body());
    }

    @Test
    void refusals_say_what_to_do_next() {
        String current = authority().issuing().id().toString();
        for (String name : List.of(current, "current")) {
            assertThat(problem(revoke(name, "cACompromise"), 409).path("detail").asString())
                    .contains("bin/server rotate-issuing", "/api/v1/authority/issuing/rotation");
        }
        String former = rotated().id().toString();
        assertThat(problem(revoke(former, "keyCompromise"), 409).path("detail").asString())
                .contains("called cACompromise");
        assertThat(problem(revoke(former, "certificateHold"), 409)
                        .path("detail")
                        .asString())
                .contains("for good");
        assertThat(problem(revoke(former, "boredom"), 400).path("detail").asString())
                .contains("cessationOfOperation")
                .doesNotContain("certificateHold");
        assertThat(problem(revoke("00000000", "superseded"), 404).path("detail").asString())
                .contains("GET /api/v1/authority");
        assertThat(problem(revoke("x", "superseded"), 404).path("detail").asString())
                .contains("GET /api/v1/authority");
        assertThat(authority().issuers())
                .filteredOn(issuer -> issuer.id().toString().equals(former))
                .noneMatch(IssuingAuthority::isRevoked);
        assertThat(revoke(former, "superseded").statusCode()).isEqualTo(200);
        assertThat(revoke(former, "superseded").statusCode()).isEqualTo(200);
        assertThat(problem(revoke(former, "cessationOfOperation"), 409)
                        .path("detail")
                        .asString())
                .contains("as superseded", "not changed afterwards");
    }

    @Test
    void what_was_accepted_before_is_evidence_for_good() throws Exception {
        TestDevice old = enrol("witness-01");
        try (TestSession session = old.connect()) {
            Sending.texts(old, session, "seen before");
        }
        IssuingAuthority former = rotated();
        revoked(former);

        Transfer transfer = server.bean(Transfers.class)
                .page(new TransferFilter("witness-01", null, null), 0, 10)
                .items()
                .getFirst();
        Path bundle = directory.resolve("witness.zip");
        try (OutputStream out = Files.newOutputStream(bundle)) {
            server.bean(Transfers.class).evidence(transfer.id()).orElseThrow().writeTo(out);
        }
        TrustedRoots roots = TrustedRoots.of(List.of(authority().rootCertificate()));
        VerificationReport report = BundleVerification.verify(bundle, Optional.of(roots));
        assertThat(report.lines()).allMatch(line -> line.outcome() == VerificationReport.Outcome.PASSED);
        assertThat(server.bean(Transfers.class)
                        .verifyAgain(transfer.id(), "test")
                        .orElseThrow()
                        .passed())
                .isTrue();
    }

    @Test
    void openssl_refuses_the_chain_through_it_and_believes_the_one_through_the_present_authority() throws Exception {
        OpensslChain.requireInstalled();
        X509Certificate old = enrol("judged-01").credential().certificate();
        IssuingAuthority former = rotated();
        X509Certificate fresh = enrol("judged-02").credential().certificate();
        assertThat(chain("before", old, former).verified()).isEqualTo("issued.pem: OK\n");

        revoked(former);
        await().until(() -> !chain("list", old, former).verified().contains("OK"));
        OpensslChain after = chain("after", old, former);
        assertThat(after.verified()).contains("certificate revoked");
        assertThat(after.said("verify -crl_check -CRLfile lists.pem -CAfile ca.pem issuer.pem"))
                .as("the authority itself, whatever stands on its own list")
                .contains("error 23 at 0 depth lookup: certificate revoked");
        assertThat(chain("fresh", fresh, authority().issuers().getFirst()).verified())
                .isEqualTo("issued.pem: OK\n");

        assertThat(after.status()).startsWith("Response verify OK\nissued.pem: revoked\n");
    }

    private static OpensslChain chain(String name, X509Certificate issued, IssuingAuthority issuer) throws Exception {
        return OpensslChain.of(server, directory.resolve(name), issued.getEncoded(), issuer);
    }

    @Test
    void the_console_revokes_only_what_was_named_and_shows_it() {
        String former = rotated().id().toString();
        ConsoleClient admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);
        String form = "/authority/issuing/" + former + "/certificate/revocation";
        String current = authority().issuing().id().toString();
        assertThat(admin.get("/authority").body())
                .contains("action=\"" + form + "\"")
                .doesNotContain("/authority/issuing/" + current + "/certificate/revocation");

        admin.submit("/authority", form, Map.of("reason", "superseded", "confirm", current));
        assertThat(admin.get("/authority").body()).contains("Nothing was revoked", "action=\"" + form + "\"");
        admin.submit("/authority", form, Map.of("reason", "superseded", "confirm", former));
        assertThat(admin.get("/authority").body())
                .contains("Issuing authority " + former + " is revoked.", "need a new invite", "superseded")
                .doesNotContain("action=\"" + form + "\"");
    }

    @Test
    void the_hosts_owner_revokes_and_hears_why_not() {
        String current = authority().issuing().id().toString();
        assertThat(host("revoke-issuing", current, "--reason", "cACompromise"))
                .startsWith("1 ")
                .contains("rotate-issuing");
        String former = rotated().id().toString();
        assertThat(host("revoke-issuing", former, "--reason", "boredom"))
                .startsWith("2 ")
                .contains("superseded");
        assertThat(host("revoke-issuing", former, "--reason=cessationOfOperation"))
                .startsWith("0 Issuing authority " + former + " is revoked, and ");
    }

    private static String host(String... words) {
        List<String> args = new ArrayList<>(List.of(words));
        args.add("--waxwing.data-dir=" + directory.resolve("data"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said);
        int exit = Subcommands.run(args.toArray(String[]::new), out, out);
        return exit + " " + said.toString(StandardCharsets.UTF_8);
    }
}
