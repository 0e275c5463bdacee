package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in a backup is taken for nothing that it is not, even if whoever made it knew the passphrase. */
class ExtractionTest {

    @TempDir
    Path directory;

    private BackupPassphrase passphrase;
    private Path into;

    @BeforeEach
    void prepare() throws IOException {
        passphrase = BackupPassphrase.read(
                Files.writeString(directory.resolve("passphrase"), "correct horse battery staple"));
        into = Files.createDirectory(directory.resolve("into"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside",
                "keys/../../outside",
                "keys/..",
                "/tmp/outside",
                "keys/",
                "keys/.hidden",
                "keys\\root.pem",
                "keys/a\nb",
                "keys/a/b/c/d/e",
                "db/waxwing.mv.db",
                "media/content/00/../../../outside",
                "media/content/00/0123456789abcdef0123456789abcdef/x",
                "waxwing-restore",
                ""
            })
    void refuses_a_part_of_any_other_name(String name) throws IOException {
        refuses(sealed(zip(name)), "a part that this version does not know");
    }

    /** In the archive's own records, where a writer of archives would not put it. */
    @Test
    void says_so_when_the_archive_itself_is_damaged() throws IOException {
        byte[] archive = zip("keys/root.pem", "keys/issuing.pem");
        for (int at = 0; at < archive.length; at++) {
            byte[] damaged = archive.clone();
            damaged[at] ^= (byte) 0xff;
            refuses(sealed(damaged), "The backup");
        }
    }

    private void refuses(Path backup, String why) throws IOException {
        assertThatThrownBy(() -> Extraction.extract(backup, passphrase, into))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(why);
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "passphrase", "into", backup.getFileName().toString());
        }
        clear();
    }

    private void clear() throws IOException {
        try (Stream<Path> all = Files.walk(into)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        Files.createDirectory(into);
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            for (String name : List.of(names)) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write("{}".getBytes(StandardCharsets.US_ASCII));
                zip.closeEntry();
            }
        }
        return archive.toByteArray();
    }

    private Path sealed(byte[] archive) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SealingStream sealing = new SealingStream(out, SealedHeader.fresh(passphrase, new SecureRandom(), 1))) {
            sealing.write(archive);
            sealing.finish();
        }
        return Files.write(directory.resolve("waxwing.backup"), out.toByteArray());
    }
}
