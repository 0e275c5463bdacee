package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.evidence.BundleVerification;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.TrustedRoots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole server whose issuing authority is rotated while devices are there, and whose root's key leaves and comes back. */
class RotationTest {

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
        Accounts accounts = server.bean(Accounts.class);
        accounts.create("test", "admin", Role.ADMIN, PASSWORD);
        accounts.create("test", "olga", Role.OPERATOR, PASSWORD);
        accounts.create("test", "vera", Role.VIEWER, PASSWORD);
        http = ConsoleClient.of(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> rotate(String authorization) {
        return http.send("POST", "/api/v1/authority/issuing/rotation", "", "Authorization", authorization);
    }

    private static JsonNode json(String path) {
        HttpResponse<String> response = http.get(path, "Authorization", ADMIN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static CertificateAuthority authority() {
        return server.bean(CertificateAuthority.class);
    }

    private static TestDevice enrol(String name) throws Exception {
        return TestDevice.enrol(server.listenerPort(), server.invite(name));
    }

    @Test
    void devices_go_on_with_what_they_have_and_new_ones_get_the_new_issuer() throws Exception {
        TestDevice old = enrol("old-01");
        X509Certificate former = authority().issuingCertificate();
        TestSession running = old.connect();
        Sending.texts(old, running, "before");

        HttpResponse<String> rotated = rotate(ADMIN);
        assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(201);
        X509Certificate current = authority().issuingCertificate();
        assertThat(current).isNotEqualTo(former);

        // The session that runs, a new one with the old certificate, and a device that enrols now.
        Sending.texts(old, running, "during");
        running.close();
        try (TestSession again = old.connect()) {
            Sending.texts(old, again, "after");
        }
        TestDevice fresh = enrol("fresh-01");
        assertThat(fresh.credential().chain())
                .containsExactly(fresh.credential().certificate(), current);
        try (TestSession session = fresh.connect()) {
            Sending.texts(fresh, session, "fresh");
        }
        assertThat(old.credential().chain().getLast()).isEqualTo(former);

        for (Transfer transfer : transfers("old-01")) {
            assertHolds(transfer);
        }
        assertThat(files(transfers("old-01").getFirst())).contains("status/receipt-ca.crl.der");
        assertThat(files(transfers("old-01").getLast())).doesNotContain("status/receipt-ca.crl.der");
        assertHolds(transfers("fresh-01").getFirst());
        assertThat(files(transfers("fresh-01").getFirst())).doesNotContain("status/receipt-ca.crl.der");
        assertThat(files(transfers("old-01").getFirst())).hasSize(11);
    }

    private static List<Transfer> transfers(String device) {
        return server.bean(Transfers.class)
                .page(new TransferFilter(device, null, null), 0, 100)
                .items();
    }

    private static Path bundle(Transfer transfer) throws Exception {
        Path zip = Files.createTempFile(directory, "evidence", ".zip");
        try (OutputStream out = Files.newOutputStream(zip)) {
            server.bean(Transfers.class).evidence(transfer.id()).orElseThrow().writeTo(out);
        }
        return zip;
    }

    private static List<String> files(Transfer transfer) throws Exception {
        try (ZipFile zip = new ZipFile(bundle(transfer).toFile())) {
            return zip.stream().map(entry -> entry.getName()).toList();
        }
    }

    private static void assertHolds(Transfer transfer) throws Exception {
        TrustedRoots roots = TrustedRoots.of(List.of(authority().rootCertificate()));
        VerificationReport report = BundleVerification.verify(bundle(transfer), Optional.of(roots));
        assertThat(report.lines()).allMatch(line -> line.outcome() == VerificationReport.Outcome.PASSED);
        assertThat(server.bean(Transfers.class)
                        .verifyAgain(transfer.id(), "test")
                        .orElseThrow()
                        .passed())
                .isTrue();
    }

    @Test
    void a_device_of_the_former_issuer_is_revoked_like_any_other() throws Exception {
        TestDevice device = enrol("old-02");
        String formers = authority().issuing().id().toString();
        TestSession running = device.connect();
        rotate(ADMIN);

        X509Certificate certificate = device.credential().certificate();
        server.bean(Revocation.class).revoke(SerialNumber.of(certificate), RevocationReason.KEY_COMPROMISE, "test");
        await().until(() -> server.bean(Sessions.class).ofDevice("old-02").isEmpty());
        running.cut();
        await().until(() -> list("/pki/crl/" + formers).isRevoked(certificate));
        assertThat(list("/pki/crl").getRevokedCertificates()).isNull();
        assertThat(http.get("/pki/crl/00000000").statusCode()).isEqualTo(404);
        assertThat(http.get("/pki/crl/x").statusCode()).isEqualTo(404);
        assertThat(http.get("/pki/issuing-ca/" + formers + ".pem").body())
                .isNotEqualTo(http.get("/pki/issuing-ca.pem").body());
    }

    private static X509CRL list(String path) throws Exception {
        return (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(http.bytes(path).body()));
    }

    @Test
    void a_rotation_takes_an_administrator() {
        X509Certificate current = authority().issuingCertificate();
        for (String name : List.of("olga", "vera")) {
            HttpResponse<String> refused = rotate(ConsoleClient.basic(name, PASSWORD));
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(JSON.readTree(refused.body()).path("reference").asString())
                    .hasSize(16);
        }
        assertThat(http.send("POST", "/api/v1/authority/issuing/rotation", "").statusCode())
                .isEqualTo(401);

        ConsoleClient olga = ConsoleClient.of(server);
        olga.login("olga", PASSWORD);
        assertThat(olga.get("/authority").body()).contains("Issuing authority").doesNotContain("/authority/rotation");
        assertThat(olga.submit("/certificates/new", "/authority/rotation", Map.of())
                        .statusCode())
                .isEqualTo(403);
        ConsoleClient admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);
        assertThat(admin.post("/authority/rotation", Map.of(), "wrong").statusCode())
                .isEqualTo(403);
        assertThat(authority().issuingCertificate()).isEqualTo(current);
    }

    @Test
    void the_console_rotates_and_shows_the_succession() throws Exception {
        String former = authority().issuing().id().toString();
        ConsoleClient admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);
        HttpResponse<String> answer = admin.submit("/authority", "/authority/rotation", Map.of());
        assertThat(answer.statusCode()).isEqualTo(302);

        String current = authority().issuing().id().toString();
        String page = admin.get("/authority").body();
        assertThat(page)
                .contains("New certificates come from " + current + " now")
                .contains(current)
                .contains(former)
                .contains("current")
                .contains("retired");
        assertThat(audited("authority.rotated")).contains("in place of " + former);
        for (IssuingAuthority issuer : List.of(issuer(current), issuer(former))) {
            String list = "/pki/crl/" + issuer.id();
            String certificate = "/pki/issuing-ca/" + issuer.id() + ".pem";
            assertThat(page).contains("href=\"" + list + "\"", "href=\"" + certificate + "\"");
            list(list).verify(issuer.certificate().getPublicKey());
            assertThat(certificate(certificate)).isEqualTo(issuer.certificate());
        }
    }

    private static IssuingAuthority issuer(String id) {
        return authority().issuer(new AuthorityId(id)).orElseThrow();
    }

    private static X509Certificate certificate(String path) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(http.bytes(path).body()));
    }

    private static List<String> audited(String action) {
        return server.audited(action, 50).stream()
                .filter(entry -> entry.action().equals(action))
                .map(entry -> String.valueOf(entry.reason()))
                .toList();
    }

    @Test
    void rest_health_and_metrics_know_every_issuer() {
        rotate(ADMIN);
        JsonNode shown = json("/api/v1/authority");
        assertThat(shown.path("root").path("keyAtHand").isBoolean()).isTrue();
        JsonNode first = shown.path("issuing").get(0);
        assertThat(first.path("id").asString())
                .isEqualTo(authority().issuing().id().toString());
        assertThat(first.path("state").asString()).isEqualTo("current");
        assertThat(first.path("liveCertificates").asLong()).isEqualTo(2); // server and receipts
        assertThat(first.path("revocationList").path("number").asLong()).isPositive();
        assertThat(first.path("fingerprint").asString()).hasSize(64);
        assertThat(shown.path("issuing").get(1).path("state").asString()).isEqualTo("retired");

        int known = authority().issuers().size();
        JsonNode lists = json("/actuator/health").path("components").path("revocationList");
        assertThat(lists.path("status").asString()).isEqualTo("UP");
        assertThat(lists.path("details").path("issuers").size()).isEqualTo(known);
        String metrics =
                http.get("/actuator/prometheus", "Authorization", ADMIN).body();
        assertThat(metrics)
                .contains("waxwing_revocation_list_age_seconds")
                .contains("waxwing_revocation_list_left_seconds{list=\"issuing\"")
                .contains("waxwing_revocation_list_left_seconds{list=\"root\"");
    }

    @Test
    void the_hosts_owner_rotates_and_takes_the_roots_key_away_and_brings_it_back() throws Exception {
        String former = authority().issuing().id().toString();
        assertThat(host("rotate-issuing").out())
                .startsWith("CN=Waxwing Issuing CA ")
                .doesNotContain(former);

        Path file = directory.resolve("root.key");
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "seven brown owls at dusk\n");
        Path rootFile = directory.resolve("data/keys/root.pem");
        String[] locked = {"--passphrase-file", passphrase.toString()};

        assertThat(host(words(locked, "root", "remove", file.toString())).exit())
                .isEqualTo(1);
        assertThat(host(words(
                                locked,
                                "root",
                                "export",
                                directory.resolve("data/root.key").toString()))
                        .err())
                .contains("lies in the data directory");
        Path link = Files.createSymbolicLink(directory.resolve("outside"), directory.resolve("data"));
        assertThat(host(words(locked, "root", "export", link.resolve("root.key").toString()))
                        .err())
                .contains("lies in the data directory");
        Run exported = host(words(locked, "root", "export", file.toString()));
        assertThat(exported.exit()).as(exported.err()).isZero();
        assertThat(exported.out()).isEqualTo(file + System.lineSeparator());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(host(words(locked, "root", "export", file.toString())).err()).contains("exists already");

        Path wrong = Files.writeString(directory.resolve("wrong"), "seven brown owls at noon");
        assertThat(host("root", "remove", file.toString(), "--passphrase-file=" + wrong)
                        .err())
                .contains("does not open the file");
        assertThat(Files.readString(rootFile)).contains("ENCRYPTED PRIVATE KEY");
        assertThat(host(words(locked, "root", "remove", file.toString())).exit())
                .isZero();
        assertThat(Files.readString(rootFile)).doesNotContain("PRIVATE KEY");

        HttpResponse<String> refused = rotate(ADMIN);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("bin/server root import FILE");
        assertThat(host("rotate-issuing").err()).contains("bin/server root import FILE");
        assertThat(json("/api/v1/authority").path("root").path("keyAtHand").asBoolean())
                .isFalse();
        assertThat(json("/actuator/health").path("status").asString()).isEqualTo("UP");
        ConsoleClient admin = ConsoleClient.of(server);
        admin.login("admin", PASSWORD);
        assertThat(admin.get("/authority").body())
                .contains(
                        "not on this server",
                        "How to rotate",
                        "bin/server root import FILE",
                        "bin/server rotate-issuing")
                .doesNotContain("action=\"/authority/rotation\"");
        enrol("without-root");

        assertThat(host(words(locked, "root", "import", file.toString())).exit())
                .isZero();
        IssuingAuthority before = authority().issuers().getFirst();
        assertThat(host("rotate-issuing").exit()).isZero();
        assertThat(authority().issuers().getFirst()).isNotEqualTo(before);
        assertThat(server.bean(RevocationLists.class).root().number()).isGreaterThan(1);
        for (String action : List.of("root.exported", "root.removed", "root.imported", "root.removal-refused")) {
            assertThat(audited(action)).as(action).isNotEmpty();
        }
    }

    private static String[] words(String[] more, String... words) {
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    private record Run(int exit, String out, String err) {}

    private static Run host(String... words) {
        String[] args = words(new String[] {"--waxwing.data-dir=" + directory.resolve("data")}, words);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Subcommands.run(args, new PrintStream(out), new PrintStream(err));
        return new Run(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
