package dev.waxwing.agent.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.agent.home.PrivateFiles.NamedContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {

    @TempDir
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replaces_a_file_whole_and_leaves_nothing_beside_it() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "a much longer old content");
        PrivateFiles.replace(file, bytes("new"));

        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void leaves_the_old_content_when_a_replacement_fails() throws IOException {
        Path taken = Files.createDirectory(directory.resolve("file"));
        Files.writeString(taken.resolve("inside"), "old");

        assertThatThrownBy(() -> PrivateFiles.replace(taken, bytes("new"))).isInstanceOf(IOException.class);
        assertThat(taken.resolve("inside")).hasContent("old");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void makes_a_directory_with_all_of_its_files() throws IOException {
        PrivateFiles.createDirectory(
                directory.resolve("receipt"),
                List.of(new NamedContent("a", bytes("1")), new NamedContent("b", bytes("2"))));

        assertThat(directory.resolve("receipt/a")).hasContent("1");
        assertThat(directory.resolve("receipt/b")).hasContent("2");
        assertThat(names()).containsExactly("receipt");
    }

    @Test
    void makes_no_directory_when_one_of_its_files_fails() throws IOException {
        List<NamedContent> files =
                List.of(new NamedContent("a", bytes("1")), new NamedContent("missing/b", bytes("2")));

        assertThatThrownBy(() -> PrivateFiles.createDirectory(directory.resolve("receipt"), files))
                .isInstanceOf(IOException.class);
        assertThat(names()).isEmpty();
    }

    @Test
    void leaves_a_directory_that_is_there_already() throws IOException {
        Path receipt = Files.createDirectory(directory.resolve("receipt"));
        PrivateFiles.createDirectory(receipt, List.of(new NamedContent("a", bytes("1"))));

        assertThat(receipt).isEmptyDirectory();
    }
}
