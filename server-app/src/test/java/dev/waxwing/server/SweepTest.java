package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.SweepPatience;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Everything that an issuing authority has issued is revoked, which takes longer than a call of REST or of a page. */
class SweepTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final String ADMIN = ConsoleClient.basic("admin", PASSWORD);
    private static final int MANY = 130;

    @TempDir
    Path directory;

    /** Who orders a sweep is told at once how far it is. */
    static class Impatient {
        @Bean
        @Primary
        SweepPatience impatience() {
            return new SweepPatience(Duration.ZERO);
        }
    }

    @Test
    void it_goes_on_beside_and_rest_and_console_say_how_far_it_is() throws Exception {
        try (RunningServer server = RunningServer.start(Impatient.class, directory.resolve("data"))) {
            server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
            ConsoleClient http = ConsoleClient.of(server);
            http.login("admin", PASSWORD);
            new ManyRows(server).addValid(1, MANY);
            AuthorityId former =
                    server.bean(CertificateAuthority.class).issuing().id();
            server.bean(Ceremonies.class).rotateIssuing("test");
            String path = "/api/v1/authority/issuing/" + former + "/revocation";

            // The newest device's certificate is in the first group.
            server.bean(TransactionTemplate.class).executeWithoutResult(_ -> {
                server.bean(JdbcClient.class)
                        .sql("SELECT serial_number FROM certificate WHERE name = :name FOR UPDATE")
                        .param("name", "camera-%06d".formatted(MANY))
                        .query(String.class)
                        .single();
                HttpResponse<String> accepted = order(http, path, "cACompromise");
                assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
                assertThat(accepted.headers().firstValue("Location")).contains("/api/v1/authority");
                assertThat(json(accepted).path("state").asString()).isEqualTo("running");
                JsonNode shown = sweep(http, former);
                assertThat(shown.path("state").asString()).isEqualTo("running");
                assertThat(shown.path("total").asInt()).isGreaterThanOrEqualTo(MANY);
                assertThat(shown.path("revoked").asInt()).isZero();
                HttpResponse<String> otherwise = order(http, path, "superseded");
                assertThat(otherwise.statusCode()).as(otherwise.body()).isEqualTo(409);
                assertThat(json(otherwise).path("detail").asString()).contains("for another reason");
                assertThat(json(otherwise).path("reference").asString()).matches("[0-9a-f]{16}");
                HttpResponse<String> again = order(http, path, "cACompromise");
                assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
                assertThat(http.get("/authority").body()).contains("Revoking everything", "0 of ", "cACompromise");
                HttpResponse<String> console = http.submit(
                        "/certificates/revoke",
                        "/authority/issuing/revocation",
                        Map.of("reason", "cACompromise", "issuer", "CN=Waxwing Issuing CA " + former));
                assertThat(console.headers().firstValue("Location"))
                        .hasValueSatisfying(to -> assertThat(to).endsWith("/authority"));
                assertThat(http.get("/authority").body()).contains("Everything is being revoked.");
            });

            Sweeps sweeps = server.bean(Sweeps.class);
            await().until(() -> sweeps.of(former).orElseThrow().state() == Sweep.State.DONE);
            JsonNode shown = sweep(http, former);
            assertThat(shown.path("state").asString()).isEqualTo("done");
            assertThat(shown.path("revoked").asInt())
                    .isEqualTo(shown.path("total").asInt());
            List<AuditEntry> swept =
                    server.bean(AuditLog.class).page("authority.swept", 0, 2).items();
            assertThat(swept).hasSize(1);
            assertThat(swept.getFirst().actor()).isEqualTo("admin");
            assertThat(swept.getFirst().source()).isEqualTo("127.0.0.1");
            assertThat(swept.getFirst().reason())
                    .isEqualTo(shown.path("revoked").asInt() + " certificates, cACompromise");
        }
    }

    private static HttpResponse<String> order(ConsoleClient http, String path, String reason) {
        return http.send(
                "POST",
                path,
                "{\"reason\": \"" + reason + "\"}",
                "Authorization",
                ADMIN,
                "Content-Type",
                "application/json");
    }

    private static JsonNode sweep(ConsoleClient http, AuthorityId issuer) {
        for (JsonNode each :
                json(http.get("/api/v1/authority", "Authorization", ADMIN)).path("issuing")) {
            if (each.path("id").asString().equals(issuer.toString())) {
                return each.path("sweep");
            }
        }
        throw new AssertionError("no issuing authority " + issuer);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
