package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.StatementLog.Execution;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
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
                "/certificates?status=valid",
                "/certificates?status=expiring",
                "/certificates?status=expired",
                "/certificates?status=revoked",
                "/authority",
                "/devices?page=99",
                "/devices?query=000500",
                "/expiring",
                "/invites?page=99",
                "/invites?state=open",
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

    /** Which state a device has is no column: every device is looked at, and of each the newest certificate. */
    @Test
    void looks_for_the_devices_of_a_state_with_a_bounded_number_of_entries_for_each_device() {
        Map<String, Plan> plans = plans("/devices?state=expired");
        assertThat(plans.values().stream().mapToLong(Plan::visited).sum())
                .as("%s", plans)
                .isBetween((long) ROWS, 4L * PAGE + 2L * 8 * ROWS);
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
        assertThat(http.get(path).statusCode()).as(path).isEqualTo(200);
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
