package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.home.AgentFailure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AgentShellTest {

    /** A command that does what its first argument says and keeps what it was given. */
    private static final class Scripted implements AgentCommand {

        private final List<String> seen = new ArrayList<>();

        @Override
        public Usage usage() {
            return new Usage("do", "WHAT", "does it", List.of("Does it."), 1, Usage.ANY_NUMBER, List.of());
        }

        @Override
        public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException {
            seen.addAll(invocation.arguments());
            return switch (invocation.arguments().getFirst()) {
                case "fail" -> throw new AgentFailure("it broke", "00112233aabbccdd", "Mend it.", null);
                case "misuse" -> throw new UsageException("not like that");
                case "lose" -> throw new NoSuchFileException("/nowhere");
                case "crash" -> throw new IllegalStateException("a fault");
                case "partly" ->
                    Result.failed("one of two failed", null, null)
                            .withItems(List.of(new Item("00", "näme\u202e\n", 3L, "ab", "accepted", "cd")));
                default -> Result.done(List.of("done")).with("number", 7L);
            };
        }
    }

    @TempDir
    Path directory;

    private final Scripted scripted = new Scripted();
    private final AgentShell shell =
            new AgentShell(List.of(scripted, new StatusCommand()), new SecureRandom(), Clock.systemUTC());

    private record Run(int status, String out, String err) {

        JsonNode json() {
            assertThat(out.strip()).doesNotContain("\n");
            return JsonMapper.shared().readTree(out);
        }
    }

    private Run run(String... words) throws IOException {
        ConsoleRecording console = new ConsoleRecording("");
        List<String> line = Stream.concat(Stream.of("--home", directory.toString()), Stream.of(words))
                .toList();
        int status = shell.run(line, console.console());
        return new Run(status, console.out(), console.err());
    }

    @Test
    void hands_the_words_to_the_command_unchanged() throws IOException {
        run("do", "it", "two words", "", "a\"b", "-", "--", "-x");

        assertThat(scripted.seen).containsExactly("it", "two words", "", "a\"b", "-", "-x");
    }

    @Test
    void exits_0_when_done_and_prints_only_the_result() throws IOException {
        assertThat(run("do", "it")).isEqualTo(new Run(0, "done\n", ""));
    }

    @Test
    void exits_1_when_it_failed_and_says_what_to_do() throws IOException {
        Run run = run("do", "fail");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("it broke", "00112233aabbccdd", "Mend it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"do", "nothing", "status extra", "--nothing", "do misuse"})
    void exits_2_when_used_wrongly(String words) throws IOException {
        Run run = run(words.split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("error: ");
    }

    @Test
    void shows_no_stack_trace_of_a_fault() throws IOException {
        Run run = run("do", "crash");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("a fault").doesNotContain("\tat ");
    }

    @Test
    void names_the_file_that_is_missing() throws IOException {
        assertThat(run("do", "lose").err()).contains("/nowhere");
    }

    @Test
    void prints_exactly_one_json_object_on_success() throws IOException {
        JsonNode json = run("do", "it", "--json").json();

        assertThat(json.get("command").stringValue()).isEqualTo("do");
        assertThat(json.get("ok").booleanValue()).isTrue();
        assertThat(json.get("number").longValue()).isEqualTo(7);
        assertThat(json.get("items").isEmpty()).isTrue();
        assertThat(json.has("error")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"do fail", "do crash", "do misuse", "do", "do lose", "nothing", "--bad do it", "status x"})
    void prints_exactly_one_json_object_on_failure(String words) throws IOException {
        Run run = run(
                Stream.concat(Stream.of("--json"), Stream.of(words.split(" "))).toArray(String[]::new));

        assertThat(run.status()).isPositive();
        assertThat(run.json().get("ok").booleanValue()).isFalse();
        assertThat(run.json().get("error").stringValue()).isNotBlank();
        assertThat(run.json().get("items").isArray()).isTrue();
    }

    @Test
    void prints_the_reference_and_the_items_of_a_failure_as_json() throws IOException {
        assertThat(run("--json", "do", "fail").json().get("reference").stringValue())
                .isEqualTo("00112233aabbccdd");
        JsonNode item = run("--json", "do", "partly").json().get("items").get(0);
        assertThat(item.propertyNames()).containsExactly("id", "name", "size", "sha256", "state", "receiptId");
        assertThat(item.get("name").stringValue()).isEqualTo("näme\u202e\n");
    }

    @Test
    void prints_json_in_plain_ascii() throws IOException {
        assertThat(run("--json", "do", "partly").out()).isASCII();
    }

    @Test
    void lists_exactly_the_commands_that_exist() throws IOException {
        Run run = run("help", "--json");

        assertThat(run.json().get("commands").findValuesAsString("name")).containsExactly("do", "status", "help");
    }

    @Test
    void explains_a_command_without_running_it() throws IOException {
        Run run = run("do", "--help");

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("usage: do WHAT");
        assertThat(scripted.seen).isEmpty();
    }

    @Test
    void refuses_json_without_a_command() throws IOException {
        assertThat(run("--json").status()).isEqualTo(2);
    }
}
