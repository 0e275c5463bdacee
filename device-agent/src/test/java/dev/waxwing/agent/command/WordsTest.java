package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @Test
    void splits_at_white_space() throws UsageException {
        assertThat(Words.split("  text  a\tb ")).containsExactly("text", "a", "b");
    }

    @Test
    void keeps_quoted_white_space_and_empty_words() throws UsageException {
        assertThat(Words.split("text 'two words' \"\" x''y")).containsExactly("text", "two words", "", "xy");
    }

    @Test
    void keeps_everything_inside_single_quotes() throws UsageException {
        assertThat(Words.split("'a\\b\"c'")).containsExactly("a\\b\"c");
    }

    @Test
    void escapes_only_quote_and_backslash_inside_double_quotes() throws UsageException {
        assertThat(Words.split("\"a\\\"b\\\\c\\n\"")).containsExactly("a\"b\\c\\n");
    }

    @Test
    void takes_a_backslash_outside_of_quotes_as_an_escape() throws UsageException {
        assertThat(Words.split("my\\ file \\'")).containsExactly("my file", "'");
    }

    @Test
    void keeps_a_backslash_at_the_end() throws UsageException {
        assertThat(Words.split("C:\\")).containsExactly("C:\\");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text 'open", "text \"open", "it's"})
    void refuses_a_quote_that_is_not_closed(String line) {
        assertThatThrownBy(() -> Words.split(line))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("not closed");
    }
}
