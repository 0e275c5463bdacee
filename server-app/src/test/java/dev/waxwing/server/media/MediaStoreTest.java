package dev.waxwing.server.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaStoreTest {

    private static final String ID = "00112233445566778899aabbccddeeff";

    @TempDir
    Path directory;

    private MediaStore store;

    @BeforeEach
    void open() throws IOException {
        store = MediaStore.open(directory.resolve("media"), () -> 1L << 30);
    }

    @Test
    void moves_a_part_into_place_and_back() throws IOException {
        write("content");
        Path accepted = store.accept(ID);
        assertThat(accepted).isEqualTo(store.content(ID)).hasContent("content");
        assertThat(store.parts()).isEmpty();
        store.takeBack(ID);
        assertThat(store.hasContent(ID)).isFalse();
        assertThat(store.parts()).containsExactly(ID);
        assertThat(store.head(ID, 4)).asString().isEqualTo("cont");
    }

    @Test
    void continues_a_part_that_is_there() throws IOException {
        write("one");
        try (FileChannel part = store.openPart(ID)) {
            assertThat(part.size()).isEqualTo(3);
        }
        store.discardPart(ID);
        store.discardPart(ID);
        assertThat(store.parts()).isEmpty();
    }

    @Test
    void puts_a_part_aside_if_there_is_one() throws IOException {
        store.quarantine(ID);
        write("half");
        store.quarantine(ID);
        assertThat(directory.resolve("media/quarantine/" + ID + ".part")).hasContent("half");
        assertThat(store.parts()).isEmpty();
    }

    @Test
    void keeps_its_directories_to_its_owner() throws IOException {
        for (String name : new String[] {"incoming", "content", "quarantine", "previews"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                            directory.resolve("media").resolve(name))))
                    .isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../../etc/passwd", "00112233445566778899AABBCCDDEEFF", "0011"})
    void makes_no_path_of_anything_but_an_id(String name) {
        assertThrows(IllegalArgumentException.class, () -> store.content(name));
        assertThrows(IllegalArgumentException.class, () -> store.openPart(name).close());
    }

    private void write(String content) throws IOException {
        try (FileChannel part = store.openPart(ID)) {
            part.write(ByteBuffer.wrap(content.getBytes()));
        }
    }
}
