package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.RecordedAudit;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.Revocation;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** All that was issued is revoked at once; afterwards nothing is as it was, so it has a server of its own. */
class SweepTest {

    @TempDir
    Path directory;

    @Test
    void everything_is_revoked_and_the_server_has_new_certificates_at_once() throws Exception {
        try (RunningAuthority server = new RunningAuthority(directory)) {
            server.issue("camera-01");
            server.issue("camera-02");
            X509Certificate before = server.bean(RoleCredentials.class).server().certificate();
            String path = "/api/v1/authority/issuing/current/revocation";
            assertThat(server.post(path, Map.of("reason", "removeFromCRL")).statusCode())
                    .isEqualTo(400);

            var answer = server.post(path, Map.of("reason", "cACompromise"));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(RunningAuthority.json(answer).path("revoked").asInt()).isEqualTo(2 + 3);
            assertThat(server.bean(RecordedAudit.class).reasons("authority.swept"))
                    .containsExactly("5 certificates, cACompromise");
            assertThat(server.bean(Revocation.class).find(SerialNumber.of(before)))
                    .isPresent();
            Awaited.within(
                    Duration.ofSeconds(5),
                    () -> !server.bean(RoleCredentials.class)
                            .server()
                            .certificate()
                            .equals(before));
            assertThat(server.bean(Revocation.class)
                            .isRevoked(
                                    server.bean(RoleCredentials.class).server().certificate()))
                    .isFalse();
        }
    }

    @Test
    void what_could_not_be_revoked_is_a_failure_with_a_reference_and_asking_again_goes_on_with_it() throws Exception {
        try (RunningAuthority server = new RunningAuthority(directory)) {
            server.issue("camera-01");
            String path = "/api/v1/authority/issuing/current/revocation";
            JdbcClient database = server.bean(JdbcClient.class);
            database.sql("ALTER TABLE certificate ADD CONSTRAINT stays CHECK (name <> 'camera-01' OR reason IS NULL)")
                    .update();

            var failed = server.post(path, Map.of("reason", "superseded"));

            assertThat(failed.statusCode()).isEqualTo(500);
            assertThat(failed.headers().firstValue("Content-Type")).contains("application/problem+json");
            JsonNode problem = RunningAuthority.json(failed);
            assertThat(problem.path("detail").asString())
                    .startsWith("0 of 4 certificates revoked: 4 could not be revoked")
                    .endsWith("Asking again goes on with what is left.");
            String reference = problem.path("reference").asString();
            assertThat(server.bean(RecordedAudit.class).events())
                    .filteredOn(event -> event.outcome() == Outcome.REFUSED)
                    .as("written once")
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.action()).isEqualTo("authority.sweep-failed");
                        assertThat(event.reference()).isEqualTo(reference);
                    });
            JsonNode shown = RunningAuthority.json(server.get("/api/v1/authority"));
            assertThat(shown.path("issuing").get(0).path("sweep").path("state").asString())
                    .isEqualTo("failed");

            database.sql("ALTER TABLE certificate DROP CONSTRAINT stays").update();
            var done = server.post(path, Map.of("reason", "superseded"));
            assertThat(done.statusCode()).isEqualTo(200);
            assertThat(RunningAuthority.json(done).path("revoked").asInt()).isEqualTo(4);
        }
    }

    @Test
    void what_a_revoked_authority_had_issued_and_could_not_be_revoked_is_written_once_too() throws Exception {
        try (RunningAuthority server = new RunningAuthority(directory)) {
            server.issue("camera-01");
            String former =
                    server.bean(CertificateAuthority.class).issuing().id().toString();
            assertThat(server.post("/api/v1/authority/issuing/rotation", Map.of())
                            .statusCode())
                    .isEqualTo(201);
            server.bean(JdbcClient.class)
                    .sql("ALTER TABLE certificate ADD CONSTRAINT stays CHECK (name <> 'camera-01' OR reason IS NULL)")
                    .update();

            var failed = server.post(
                    "/api/v1/authority/issuing/" + former + "/certificate/revocation",
                    Map.of("reason", "cACompromise"));

            assertThat(failed.statusCode()).isEqualTo(500);
            JsonNode problem = RunningAuthority.json(failed);
            assertThat(problem.path("detail").asString())
                    .startsWith("The issuing authority is revoked, and 0 of ")
                    .endsWith("Asking again goes on with what is left.");
            assertThat(server.bean(RecordedAudit.class).events())
                    .filteredOn(event -> event.outcome() == Outcome.REFUSED)
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.action()).isEqualTo("authority.sweep-failed");
                        assertThat(event.reference())
                                .isEqualTo(problem.path("reference").asString());
                    });
        }
    }
}
