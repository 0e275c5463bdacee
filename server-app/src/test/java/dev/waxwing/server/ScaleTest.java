package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures what lists and revocation cost while the tables grow from a thousand rows to a hundred thousand: on the embedded
 * database in a file, lists through HTTP with a token or a login. Prints a table and writes {@code target/scale-rows.json}. Not
 * part of {@code mvn verify}; docs/development.md has the command.
 */
@Tag("scale")
@Timeout(1_800)
class ScaleTest {

    private static final int[] ROWS = {1_000, 10_000, 100_000};
    private static final String PASSWORD = "plum tree by the harbour";
    private static final int WARM_UP = 5;
    private static final int MOST = 100;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, List<Cost>> SERIES = new LinkedHashMap<>();

    @TempDir
    Path directory;

    @AfterAll
    static void report() throws IOException {
        SERIES.forEach((name, costs) -> System.out.printf(
                "%-44s %s%n",
                name, String.join("", costs.stream().map(Cost::toString).toList())));
        Map<String, Object> chart = Map.of(
                "title",
                "Lists and revocation by rows in the database",
                "unit",
                "ms",
                "x",
                ROWS,
                "series",
                SERIES.entrySet().stream().map(ScaleTest::series).toList());
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/scale-rows.json"), JSON.writeValueAsString(chart));
    }

    private static Map<String, Object> series(Map.Entry<String, List<Cost>> entry) {
        return Map.of(
                "name", entry.getKey(),
                "median", entry.getValue().stream().map(Cost::median).toList(),
                "p99", entry.getValue().stream().map(Cost::p99).toList());
    }

    @Test
    void lists() throws Exception {
        try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
            server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
            forgetResults(server);
            ManyRows rows = new ManyRows(server);
            ConsoleClient http = ConsoleClient.of(server);
            http.login("admin", PASSWORD);
            String token = token(http);
            int before = 0;
            for (int count : ROWS) {
                rows.addToAllLists(before + 1, count);
                before = count;
                for (String path : paths(count)) {
                    boolean isRest = path.startsWith("/api/");
                    String name = path.replace("/api/v1", "").replaceAll("page=[0-9]+", "page=last");
                    measure((isRest ? "REST " : "page ") + name, () -> {
                        HttpResponse<String> answer =
                                isRest ? http.get(path, "Authorization", "Bearer " + token) : http.get(path);
                        assertThat(answer.statusCode()).as(path).isEqualTo(200);
                    });
                }
            }
        }
    }

    /** Or the same question, asked again and again, would be answered from memory. */
    private static void forgetResults(RunningServer server) {
        server.bean(JdbcClient.class).sql("SET OPTIMIZE_REUSE_RESULTS 0").update();
    }

    private static String token(ConsoleClient http) {
        HttpResponse<String> made = http.send(
                "POST",
                "/api/v1/tokens",
                "{\"label\": \"scale\", \"role\": \"admin\"}",
                "Authorization",
                ConsoleClient.basic("admin", PASSWORD),
                "Content-Type",
                "application/json");
        return JSON.readTree(made.body()).path("token").stringValue();
    }

    private static List<String> paths(int count) {
        int last = count / 50 - 1;
        return List.of(
                "/api/v1/certificates",
                "/api/v1/certificates?page=" + last,
                "/api/v1/certificates?query=camera-000500",
                "/api/v1/certificates?query=camera",
                "/api/v1/certificates?status=valid",
                "/api/v1/certificates?status=expiring",
                "/api/v1/certificates?status=revoked",
                "/certificates",
                "/api/v1/devices",
                "/api/v1/devices?page=" + last,
                "/api/v1/devices?query=000500",
                "/devices",
                "/invites",
                "/invites?page=" + last,
                "/invites?state=open",
                "/api/v1/transfers",
                "/api/v1/transfers?page=" + last,
                "/api/v1/transfers?state=accepted",
                "/api/v1/transfers?state=quarantined",
                "/api/v1/transfers?kind=video",
                "/api/v1/transfers?kind=video&state=quarantined",
                "/api/v1/transfers?device=camera-000500",
                "/transfers",
                "/api/v1/audit",
                "/api/v1/audit?page=" + last,
                "/api/v1/audit?query=0123456789abcdef",
                "/api/v1/audit?query=" + ManyRows.WORD,
                "/api/v1/audit?query=session",
                "/audit",
                "/");
    }

    @Test
    void revocation() throws Exception {
        Path data = directory.resolve("data");
        int before = 0;
        for (int count : ROWS) {
            try (RunningServer server = RunningServer.start(data)) {
                new ManyRows(server).addRevoked(before + 1, count);
                before = count;
            }
            try (RunningServer server = RunningServer.start(data)) {
                revocation(server, count);
            }
        }
    }

    private static void revocation(RunningServer server, int count) throws Exception {
        Inventory inventory = server.bean(Inventory.class);
        Revocation revocation = server.bean(Revocation.class);
        forgetResults(server);
        TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("live-" + count));
        new ManyRows(server).addOffers(device.name(), 1, count);
        Credential credential = device.credential();
        PeerVerifier verifier = server.bean(PeerVerifier.class);
        measure("handshake's certificate check", () -> verifier.verify(credential.chain(), Bytes.EMPTY));
        measure("handshake's durable counter", () -> server.bean(Ingest.class).durableCounter(device.name()));
        measure("connect and disconnect", () -> device.connect().close());
        measure("stapled OCSP answer", () -> server.bean(OcspResponder.class).staple(credential.certificate()));
        List<SerialNumber> victims = IntStream.range(0, MOST + WARM_UP)
                .mapToObj(_ -> SerialNumber.of(
                        server.anotherCertificate("live-" + count).certificate()))
                .toList();
        List<SerialNumber> rest = new ArrayList<>(victims);
        measure(
                "revocation",
                () -> assertThat(revocation.revoke(rest.removeLast(), RevocationReason.SUPERSEDED, "test"))
                        .isInstanceOf(RevocationResult.Revoked.class));
        assertThat(inventory.find(victims.getLast()).orElseThrow().revoked()).isTrue();
        RevocationLists lists = server.bean(RevocationLists.class);
        // As at a start: a server that runs makes only those lists again that would say something else.
        measure(
                "revocation list built",
                () -> server.context().getAutowireCapableBeanFactory().createBean(RevocationLists.class));
        System.out.printf(
                "%d revoked: list of %d bytes%n", count, lists.issuing().der().length);
    }

    @Test
    void sweep() throws Exception {
        Path data = directory.resolve("data");
        int before = 0;
        for (int count : ROWS) {
            try (RunningServer server = RunningServer.start(data)) {
                new ManyRows(server).addValid(before + 1, before + count);
                before += count;
                sweep(server, count);
            }
        }
    }

    /** Once, as it cannot be undone. What an order waits for is shorter than that. */
    private static void sweep(RunningServer server, int count) {
        AuthorityId issuer = server.bean(CertificateAuthority.class).issuing().id();
        Sweeps sweeps = server.bean(Sweeps.class);
        long start = System.nanoTime();
        sweeps.order(issuer, RevocationReason.CA_COMPROMISE, "test");
        long answered = System.nanoTime() - start;
        await().atMost(Duration.ofMinutes(20))
                .until(() -> sweeps.of(issuer).orElseThrow().state() == Sweep.State.DONE);
        long done = System.nanoTime() - start;
        assertThat(sweeps.of(issuer).orElseThrow().revoked()).isGreaterThanOrEqualTo(count);
        System.out.printf(
                "%d certificates of an issuer revoked: answered after %d ms, done after %d ms%n",
                count, answered / 1_000_000, done / 1_000_000);
        SERIES.computeIfAbsent("sweep of an issuer, answer", _ -> new ArrayList<>())
                .add(Cost.of(List.of(answered)));
        SERIES.computeIfAbsent("sweep of an issuer, end", _ -> new ArrayList<>())
                .add(Cost.of(List.of(done)));
    }

    private static void measure(String name, Work work) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            work.run();
        }
        List<Long> nanos = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (nanos.size() < 10 || nanos.size() < MOST && System.nanoTime() < end) {
            long start = System.nanoTime();
            work.run();
            nanos.add(System.nanoTime() - start);
        }
        SERIES.computeIfAbsent(name, _ -> new ArrayList<>()).add(Cost.of(nanos));
    }

    private interface Work {
        void run() throws Exception;
    }

    /** In milliseconds. */
    private record Cost(double median, double p99) {

        static Cost of(List<Long> nanos) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            return new Cost(millis(sorted[sorted.length / 2]), millis(sorted[(int) (sorted.length * 0.99)]));
        }

        private static double millis(long nanos) {
            return Math.round(nanos / 1e4) / 100.0;
        }

        @Override
        public String toString() {
            return "%10.2f %10.2f".formatted(median, p99);
        }
    }
}
