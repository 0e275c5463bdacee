package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    private static final Usage TEXT = new Usage(
            "text", "WORD...", "", List.of(), 1, Usage.ANY_NUMBER, List.of(new Option("timeout", "TIME", "")));
    private static final Usage STATUS = new Usage("status", "", "", List.of(), 0, 0, List.of());

    private static CommandLine parse(String... words) throws UsageException {
        return CommandLine.parse(List.of(words), name -> switch (name) {
            case "text" -> Optional.of(TEXT);
            case "status" -> Optional.of(STATUS);
            default -> Optional.empty();
        });
    }

    @Test
    void keeps_every_word_exactly_as_the_shell_split_it() throws UsageException {
        assertThat(parse("text", "two words", "", "a\"b'c", "-", " ", "ünïcode\n", "\\")
                        .arguments())
                .containsExactly("two words", "", "a\"b'c", "-", " ", "ünïcode\n", "\\");
    }

    @Test
    void takes_global_options_before_and_after_the_command() throws UsageException {
        CommandLine before = parse("--home", "a dir", "--json", "text", "hello");
        CommandLine after = parse("text", "hello", "--json", "--home=a dir");

        assertThat(before).isEqualTo(after);
        assertThat(before.options()).isEqualTo(Map.of("home", "a dir", "json", ""));
        assertThat(before.arguments()).containsExactly("hello");
    }

    @Test
    void takes_options_between_arguments() throws UsageException {
        assertThat(parse("text", "a", "--timeout", "5s", "b").arguments()).containsExactly("a", "b");
    }

    @Test
    void takes_every_word_after_a_double_dash_as_an_argument() throws UsageException {
        CommandLine line = parse("text", "--json", "--", "--json", "-x", "--", "--home");

        assertThat(line.arguments()).containsExactly("--json", "-x", "--", "--home");
        assertThat(line.options()).isEqualTo(Map.of("json", ""));
    }

    @Test
    void takes_the_command_after_a_double_dash_too() throws UsageException {
        assertThat(parse("--", "text", "-n").arguments()).containsExactly("-n");
    }

    @Test
    void gives_an_option_the_next_word_even_with_a_leading_dash() throws UsageException {
        assertThat(parse("--home", "-odd-", "status").options()).containsEntry("home", "-odd-");
    }

    @Test
    void gives_an_option_all_of_its_value_after_the_first_equals_sign() throws UsageException {
        assertThat(parse("--home=a=b", "status").options()).containsEntry("home", "a=b");
    }

    @Test
    void understands_help_without_the_arguments_that_the_command_needs() throws UsageException {
        assertThat(parse("text", "-h").has("help")).isTrue();
    }

    @Test
    void asks_for_json_only_before_a_double_dash() {
        assertThat(CommandLine.asksForJson(List.of("text", "--json"))).isTrue();
        assertThat(CommandLine.asksForJson(List.of("text", "--", "--json"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "",
                "-x status",
                "--unknown status",
                "status --timeout 5s",
                "--timeout 5s text x",
                "text",
                "status extra",
                "status --home",
                "status --home=",
                "status --json=yes",
                "--home a --home b status",
                "text -n",
                "text --n"
            })
    void refuses_what_makes_no_command(String words) {
        assertThatThrownBy(() -> parse(words.split(" ", -1)))
                .isInstanceOf(UsageException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void tells_how_to_write_a_word_with_a_leading_dash() {
        assertThatThrownBy(() -> parse("text", "-5°")).hasMessageContaining("put -- before");
    }

    @Test
    void shows_no_control_characters_of_a_refused_word() {
        assertThatThrownBy(() -> parse("\u001b[31mred\u202e")).hasMessageContaining("'\uFFFD[31mred\uFFFD'");
    }
}
