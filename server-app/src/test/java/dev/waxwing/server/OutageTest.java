package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people and programs are told while there is no database. */
class OutageTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void without_a_database_everybody_is_told_so_and_when_to_come_again(@TempDir Path directory) {
        try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
            server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
            ConsoleClient person = ConsoleClient.of(server);
            person.login("admin", PASSWORD);
            String csrf = person.csrf("/settings");

            server.bean(HikariDataSource.class).close();

            HttpResponse<String> byPassword =
                    person.get("/api/v1/devices", "Authorization", ConsoleClient.basic("admin", PASSWORD));
            unavailable(byPassword);
            unavailable(person.get("/api/v1/devices", "Authorization", "Bearer wxt_something"));
            assertThat(person.get("/api/v1/devices").statusCode()).isEqualTo(401);
            HttpResponse<String> page = person.get("/devices");
            assertThat(page.statusCode()).isEqualTo(503);
            assertThat(page.body())
                    .contains("The database does not answer", "<main")
                    .doesNotContain("Exception");
            assertThat(person.post("/login", Map.of("username", "admin", "password", PASSWORD), csrf)
                            .statusCode())
                    .isEqualTo(503);
            assertThat(person.get("/pki/crl").statusCode()).isEqualTo(200);
        }
    }

    private static void unavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("10");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("reference").stringValue()).matches("[0-9a-f]{16}");
        assertThat(problem.path("detail").stringValue()).contains("Try again");
    }
}
