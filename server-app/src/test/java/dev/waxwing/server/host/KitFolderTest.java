package dev.waxwing.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KitFolderTest {

    private static final String PRIVATE_KEY = "keys/device_private_key.pem";

    @TempDir
    Path directory;

    @Test
    void a_kit_that_cannot_be_written_whole_leaves_no_private_key_behind() {
        Path folder = directory.resolve("new");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new KitFolder(folder).write(kit(PRIVATE_KEY, "../elsewhere.pem")));
        assertThat(folder).doesNotExist();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void what_was_there_before_stays_when_a_kit_cannot_be_written_whole() throws IOException {
        Path found = Files.createDirectory(directory.resolve("found"));
        // The second file's directory is a file.
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new KitFolder(found).write(kit(PRIVATE_KEY, PRIVATE_KEY + "/under.pem")));
        assertThat(found).isEmptyDirectory();

        Path taken =
                Files.createDirectories(directory.resolve("taken/certificates")).resolve("device_certificate.json");
        Files.writeString(taken, "mine");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new KitFolder(directory.resolve("taken"))
                        .write(kit(PRIVATE_KEY, "certificates/device_certificate.json")));
        assertThat(taken).hasContent("mine");
        assertThat(directory.resolve("taken/keys")).doesNotExist();
    }

    private static Map<String, byte[]> kit(String... paths) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String path : paths) {
            files.put(path, new byte[] {1});
        }
        return files;
    }
}
