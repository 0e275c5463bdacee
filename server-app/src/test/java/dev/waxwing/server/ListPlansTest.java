package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.StatementLog.Execution;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How many entries of its tables and indexes a database visits for a page of a list, by its own count (EXPLAIN ANALYZE), so that
 * no page becomes slow only when a deployment has grown.
 */
class ListPlansTest {

    private static final int ROWS = 5_000;
    private static final int PAGE = 50;
    private static final String PASSWORD = "plum tree by the harbour";
    private static final Pattern LISTED = Pattern.compile("FROM (certificate|device|invite|transfer|audit_event)\\b");
    private static final Pattern VISITED = Pattern.compile("scanCount: (\\d+)");

    private static RunningServer server;
    private static ConsoleClient http;

    @BeforeAll
    static void fill(@TempDir Path directory) {
        server = RunningServer.start(StatementLog.Recording.class, directory.resolve("data"));
        server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD);
        new ManyRows(server).addToAllLists(1, ROWS);
        server.bean(JdbcClient.class).sql("ANALYZE").update();
        http = ConsoleClient.of(server);
        http.login("admin", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/certificates",
                "/devices",
                "/invites",
                "/transfers",
                "/transfers?device=camera-000500",
                "/audit",
                "/audit?page=99",
                "/audit?query=@reference"
            })
    void visits_no_more_than_a_page_shows(String path) {
        requireIndexes(path.replace("@reference", someReference()), 4 * PAGE);
    }

    private static String someReference() {
        return server.bean(JdbcClient.class)
                .sql("SELECT reference FROM audit_event WHERE id = :id")
                .param("id", ROWS / 2)
                .query(String.class)
                .single();
    }

    /** What is counted is counted in an index, once, and a page further back is passed over there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/certificates?page=99",
                "/certificates?query=camera",
                "/certificates?query=camera-000500",
                "/certificates?query=camera&status=valid",
                "/certificates?status=valid",
                "/certificates?status=expired",
                "/api/v1/certificates?status=valid",
                "/authority",
                "/devices?page=99",
                "/devices?query=000500",
                "/devices?state=active",
                "/devices?state=active&query=000500",
                "/expiring",
                "/invites?page=99",
                "/invites?query=camera",
                "/invites?query=000500",
                "/api/v1/invites?query=000500",
                "/transfers?page=99",
                "/transfers?state=accepted",
                "/transfers?state=quarantined",
                "/transfers?kind=video",
                "/transfers?kind=video&state=accepted",
                "/transfers?device=camera-000500&kind=video&state=accepted"
            })
    void visits_each_entry_of_an_index_twice_at_most(String path) {
        requireIndexes(path, 4 * PAGE + 2 * ROWS);
    }

    /** One in a hundred of all rows, and so on: what is not looked for is not visited, however much there is. */
    @ParameterizedTest
    @CsvSource({
        "/certificates?status=revoked, 20, 4",
        "/certificates?status=expiring, 20, 4",
        "/certificates?status=expiring&query=camera, 20, 4",
        "/devices?state=revoked, 20, 26",
        "/devices?state=expired, 10, 8",
        "/devices?state=expiring, 20, 8",
        "/devices?state=expiring&query=camera, 20, 8",
        "/devices?state=removed, 100, 1",
        "/devices?state=disabled, 100, 1",
        "/api/v1/devices?state=expired, 10, 8",
        "/invites?state=open, 100, 4",
        "/invites?state=open&query=camera, 100, 4",
        "/invites?state=revoked, 6, 4",
        "/invites?state=expired, 6, 4",
        "/invites?state=redeemed, 6, 4"
    })
    void visits_what_it_finds_a_few_times_and_nothing_else(String path, int oneIn, int times) {
        requireIndexes(path, 4 * PAGE + times * ROWS / oneIn);
    }

    /** There is more of it each year. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/certificates?status=valid",
                "/certificates?status=expiring",
                "/certificates?status=superseded",
                "/certificates?status=revoked"
            })
    void does_not_visit_what_has_ended(String path) {
        long before = visited(path);
        new ManyRows(server).addEnded(1 - ROWS, 0);
        try {
            assertThat(visited(path)).isLessThanOrEqualTo(before + PAGE);
        } finally {
            server.bean(JdbcClient.class)
                    .sql("DELETE FROM certificate WHERE created_at <= TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00Z'")
                    .update();
        }
    }

    private static long visited(String path) {
        return plans(path).values().stream().mapToLong(Plan::visited).sum();
    }

    /** Its numbers are five questions: valid, expiring and late certificates, transfers in all and of today. */
    @Test
    void the_dashboard_visits_each_entry_of_an_index_four_times_at_most() {
        requireIndexes("/", 4 * PAGE + 4 * ROWS);
    }

    /** Part of a word is sought in the rows themselves: once, whether many have it or none. */
    @ParameterizedTest
    @ValueSource(strings = {ManyRows.WORD, "session", "0123456789abcdef", "&outcome=refused", "&from=2026-01-01"})
    void seeks_a_word_in_the_audit_log_once(String word) {
        Map<String, Plan> plans = plans("/audit?query=" + word);
        assertThat(plans.values().stream().mapToLong(Plan::visited).sum())
                .as("%s", plans)
                .isLessThanOrEqualTo(4 * PAGE + ROWS + ROWS / 10);
    }

    /** How many entries were visited, none of them by going through a whole table. */
    private static void requireIndexes(String path, long most) {
        Map<String, Plan> plans = plans(path);
        assertThat(plans)
                .as(path)
                .isNotEmpty()
                .noneSatisfy((_, plan) -> assertThat(plan.text()).contains("tableScan"));
        assertThat(plans.values().stream().mapToLong(Plan::visited).sum())
                .as("%s: %s", path, plans)
                .isLessThanOrEqualTo(most);
    }

    private static Map<String, Plan> plans(String path) {
        StatementLog log = server.bean(StatementLog.class);
        log.clear();
        HttpResponse<String> answer = path.startsWith("/api/")
                ? http.get(path, "Authorization", ConsoleClient.basic("admin", PASSWORD))
                : http.get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return log.executions().stream()
                .filter(execution -> LISTED.matcher(execution.sql()).find())
                .filter(execution -> execution.sql().startsWith("SELECT"))
                .collect(Collectors.toMap(Execution::sql, ListPlansTest::plan, (one, _) -> one));
    }

    private static Plan plan(Execution execution) {
        return new Plan(server.bean(JdbcClient.class)
                .sql("EXPLAIN ANALYZE " + execution.sql())
                .params(List.copyOf(execution.parameters().values()))
                .query(String.class)
                .single());
    }

    /** What the database says that it did. */
    private record Plan(String text) {

        long visited() {
            return VISITED.matcher(text)
                    .results()
                    .mapToLong(match -> Long.parseLong(match.group(1)))
                    .sum();
        }
    }
}
