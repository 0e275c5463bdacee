package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The folder of an original device. */
class ClassicKitTest {

    private final ClassicVectors vectors = new ClassicVectors();
    private final ClassicKit kit = vectors.kit();

    @TempDir
    private Path folder;

    @Test
    void a_kit_that_was_written_is_read_again() throws Exception {
        write(kit);
        ClassicKit read = ClassicKit.read(folder);
        assertThat(read.authority()).isEqualTo(kit.authority());
        assertThat(read.server()).isEqualTo(kit.server());
        assertThat(read.device().certificate()).isEqualTo(kit.device().certificate());
        assertThat(read.device().privateKeyPem())
                .isEqualTo(vectors.get("device.private").toArray());
    }

    @Test
    void holds_the_bytes_that_an_original_program_would_write() {
        Map<String, byte[]> files = kit.files();
        assertThat(files).hasSize(5);
        assertThat(files.get("keys/ca_public_key.pem"))
                .isEqualTo(vectors.get("ca.public").toArray());
        assertThat(files.get("keys/device_private_key.pem"))
                .isEqualTo(vectors.get("device.private").toArray());
        assertThat(files.get("certificates/device_certificate.json"))
                .isEqualTo(vectors.get("device.certificate").toArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys/ca_public_key.pem",
                "keys/server_public_key.pem",
                "keys/device_private_key.pem",
                "keys/device_public_key.pem",
                "certificates/device_certificate.json"
            })
    void names_the_file_that_is_missing_or_holds_something_else(String file) throws Exception {
        write(kit);
        Files.writeString(folder.resolve(file), "something else");
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> ClassicKit.read(folder)))
                .hasMessageContaining(file)
                .hasMessageNotContaining("something else");
        Files.writeString(folder.resolve(file), "x".repeat(16_385));
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> ClassicKit.read(folder)))
                .hasMessageContaining(file);
        Files.delete(folder.resolve(file));
        assertThat(catchThrowableOfType(NoSuchFileException.class, () -> ClassicKit.read(folder)))
                .hasMessageContaining(file);
    }

    @ParameterizedTest
    @CsvSource({
        "keys/device_public_key.pem, ca.public",
        "keys/device_private_key.pem, server.private",
        "keys/ca_public_key.pem, server",
        "certificates/device_certificate.json, server.certificate"
    })
    void files_that_do_not_belong_together_are_refused(String file, String other) throws Exception {
        write(kit);
        Files.write(
                folder.resolve(file),
                other.equals("server")
                        ? ClassicKeys.pem(kit.server()).getBytes(StandardCharsets.US_ASCII)
                        : vectors.get(other).toArray());
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> ClassicKit.read(folder)))
                .hasMessageContaining("device_");
    }

    @Test
    void line_ends_of_other_systems_around_a_key_do_not_matter() throws Exception {
        write(kit);
        Path file = folder.resolve("keys/server_public_key.pem");
        Files.writeString(file, "\r\n" + Files.readString(file).replace("\n", "\r\n") + "\r\n");
        assertThat(ClassicKit.read(folder).server()).isEqualTo(kit.server());
    }

    private void write(ClassicKit kit) throws IOException {
        for (Map.Entry<String, byte[]> file : kit.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }
}
