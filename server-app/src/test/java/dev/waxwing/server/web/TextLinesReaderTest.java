package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class TextLinesReaderTest {

    @TempDir
    Path directory;

    @Test
    void shows_texts_line_by_line() throws IOException {
        Path group = file("{\"text\":\"gate open\"}\n{\"text\":\"gate\\nshut\"}\nnot JSON\r\n\n");

        assertThat(read(group, 1_000, 1_000)).containsExactly("gate open", "gate\nshut", "not JSON", "");
        assertThat(read(group, 2, 1_000)).containsExactly("gate open", "gate\nshut");
        assertThat(read(file(""), 2, 1_000)).isEmpty();
    }

    @Test
    void shows_no_more_of_a_group_than_a_page_has_room_for_however_long_its_texts() throws IOException {
        String line = "{\"text\":\"" + "x".repeat(60_000) + "\"}\n";
        Path group = Files.write(directory.resolve("group"), Collections.nCopies(100, line.strip()));

        List<String> shown = read(group, 1_000, TextLinesReader.MOST_CHARACTERS);

        assertThat(String.join("", shown))
                .hasSizeBetween(TextLinesReader.MOST_CHARACTERS, TextLinesReader.MOST_CHARACTERS + 1)
                .endsWith("x…");
        assertThat(read(group, 3, TextLinesReader.EXCERPT_CHARACTERS)).hasSize(1);
    }

    @Test
    void cuts_no_character_in_half() throws IOException {
        assertThat(read(file("{\"text\":\"🐦🐦\"}\n"), 1, 3)).containsExactly("🐦…");
    }

    @Test
    void reads_nothing_beyond_a_line_that_is_no_text_of_a_group() throws IOException {
        Path one = file("y".repeat(2_000_000) + "\nsecond\n");

        assertThat(read(one, 1_000, 10_000_000))
                .singleElement()
                .satisfies(text -> assertThat(text).hasSizeLessThan(1_000_000));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("file"), content);
    }

    private static List<String> read(Path file, int mostLines, int mostCharacters) {
        return TextLinesReader.read(new JsonMapper(), file, mostLines, mostCharacters);
    }
}
