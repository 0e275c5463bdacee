package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
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
                "keys/\u001b[2J",
                ""
            })
    void refuses_a_part_of_any_other_name(String name) throws IOException {
        refuses(sealed(zip(name)), "a part that this version does not know");
    }

    @Test
    void a_name_that_is_refused_is_shown_as_far_as_a_terminal_can_show_it() throws IOException {
        refuses(sealed(zip("keys/\u001b[2J\n\u202e")), "does not know: keys/?[2J??.");
        refuses(sealed(zip("k".repeat(60_000))), "k".repeat(120) + "....");
    }

    @Test
    void refuses_the_same_file_twice_also_where_letters_differ_by_case_only() throws IOException {
        refuses(sealed(zip("keys/root.pem", "keys/Root.pem")), "the same file twice: keys/Root.pem");
        refuses(sealed(zip("keys/root.pem", "keys/root.pem/x")), "the same file twice: keys/root.pem/x");
        String media = "media/content/00/00112233445566778899aabbccddeeff";
        refuses(sealed(twice(media)), "the same file twice: " + media);
    }

    /** No writer of archives does that: the second has another name first. */
    private static byte[] twice(String name) throws IOException {
        String other = name.replace("ff", "f0");
        byte[] archive = zip(name, other);
        String bytes = new String(archive, StandardCharsets.ISO_8859_1);
        return bytes.replace(other, name).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void refuses_more_files_of_keys_than_any_server_has() throws IOException {
        String[] names = IntStream.rangeClosed(0, Archive.MAX_KEYS)
                .mapToObj(i -> "keys/" + i)
                .toArray(String[]::new);
        refuses(sealed(zip(names)), "more than 4096 files of keys");
    }

    @Test
    void refuses_a_key_that_is_longer_than_any() throws IOException {
        refuses(sealed(zipOf("keys/root.pem", zeros(Archive.MAX_KEY + 1), Deflater.NO_COMPRESSION)), "longer than any");
    }

    @Test
    void refuses_a_manifest_that_is_longer_than_any() throws IOException {
        byte[] blanks = new byte[Archive.MAX_MANIFEST + 1];
        Arrays.fill(blanks, (byte) ' ');
        byte[] manifest = "{}".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(manifest, 0, blanks, 0, manifest.length);
        refuses(sealed(zipOf(Archive.MANIFEST, blanks, Deflater.BEST_COMPRESSION)), "manifest is longer than any");
    }

    /** A backup is not compressed: what it holds is as long as it is. */
    @ParameterizedTest
    @ValueSource(strings = {"media/content/00/00112233445566778899aabbccddeeff", "database.zip"})
    void writes_no_more_of_what_was_compressed_than_the_backup_is_long(String name) throws IOException {
        byte[] bomb = zeros(64 << 20);
        byte[] part = name.endsWith(".zip") ? zipOf("waxwing.mv.db", bomb, Deflater.NO_COMPRESSION) : bomb;
        Path backup = sealed(zipOf(name, part, Deflater.BEST_COMPRESSION));

        refuses(backup, "holds more than its length allows", 2 << 20);
    }

    @Test
    void writes_no_more_of_a_database_than_its_compressed_form_allows() throws IOException {
        byte[] database = zipOf("waxwing.mv.db", zeros(64 << 20), Deflater.BEST_COMPRESSION);
        Path backup = sealed(zipOf(Archive.DATABASE, database, Deflater.NO_COMPRESSION));

        refuses(backup, "database holds more than its length allows", 32 << 20);
    }

    private static byte[] zeros(int length) {
        return new byte[length];
    }

    private static byte[] zipOf(String name, byte[] content, int level) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.setLevel(level);
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        return archive.toByteArray();
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
        refuses(backup, why, Long.MAX_VALUE);
    }

    private void refuses(Path backup, String why, long mostWritten) throws IOException {
        assertThatThrownBy(() -> Extraction.extract(backup, passphrase, into))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(why);
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "passphrase", "into", backup.getFileName().toString());
        }
        try (Stream<Path> all = Files.walk(into)) {
            assertThat(all.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum())
                    .isLessThanOrEqualTo(mostWritten);
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
