package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The encrypted file of a backup (docs/operations.md, "The format of a backup"). */
class SealedFileTest {

    private static final int CHUNK = 65_536;
    private static final int SEALED = CHUNK + 16;
    private static final int HEADER = 85;

    @TempDir
    static Path directory;

    private static BackupPassphrase passphrase;
    private static byte[] content;
    private static byte[] file;

    @BeforeAll
    static void seal() throws IOException {
        Path secret = Files.writeString(directory.resolve("passphrase"), "correct horse battery\n");
        passphrase = BackupPassphrase.read(secret);
        content = random(3 * CHUNK + 100);
        file = sealed(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK})
    void gives_back_what_was_written(int size) throws IOException {
        byte[] written = random(size);
        byte[] sealed = sealed(written);
        int chunks = Math.max(1, (size + CHUNK - 1) / CHUNK);
        assertThat(sealed).hasSize(HEADER + size + 16 * chunks);
        assertThat(opened(sealed)).isEqualTo(written);
    }

    @Test
    void refuses_a_file_that_is_cut_off_anywhere() {
        for (int chunk = 0; chunk <= 3; chunk++) {
            int boundary = HEADER + chunk * SEALED;
            for (int end : new int[] {boundary - 1, boundary, boundary + 1, boundary + 16, boundary + SEALED / 2}) {
                if (end < file.length) {
                    refuses(Arrays.copyOf(file, end));
                }
            }
        }
        refuses(Arrays.copyOf(file, file.length - 1));
        refuses(Arrays.copyOf(file, 10));
        refuses(new byte[0]);
    }

    @Test
    void refuses_a_bit_that_was_turned_over() {
        for (int at = 0; at < file.length; at += at < HEADER ? 7 : 9_973) {
            byte[] damaged = file.clone();
            damaged[at] ^= (byte) (1 << (at % 8));
            refuses(damaged);
        }
        byte[] damaged = file.clone();
        damaged[file.length - 1] ^= 1;
        refuses(damaged);
    }

    @Test
    void refuses_chunks_in_another_order_left_out_or_twice() {
        byte[] swapped = file.clone();
        System.arraycopy(file, HEADER, swapped, HEADER + SEALED, SEALED);
        System.arraycopy(file, HEADER + SEALED, swapped, HEADER, SEALED);
        refuses(swapped);
        byte[] without = Arrays.copyOf(file, file.length - SEALED);
        System.arraycopy(file, HEADER + 2 * SEALED, without, HEADER + SEALED, file.length - HEADER - 2 * SEALED);
        refuses(without);
        byte[] twice = Arrays.copyOf(file, file.length + SEALED);
        System.arraycopy(file, HEADER, twice, HEADER + SEALED, file.length - HEADER);
        refuses(twice);
    }

    @Test
    void refuses_anything_after_the_end() {
        refuses(Arrays.copyOf(file, file.length + 1));
        byte[] appended = Arrays.copyOf(file, file.length + SEALED);
        System.arraycopy(file, HEADER, appended, file.length, SEALED);
        refuses(appended);
    }

    @Test
    void refuses_a_chunk_of_another_file_with_the_same_passphrase() throws IOException {
        byte[] mixed = file.clone();
        System.arraycopy(sealed(content), HEADER, mixed, HEADER, SEALED);
        refuses(mixed);
    }

    @Test
    void refuses_what_was_never_finished() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SealingStream sealing = new SealingStream(out, SealedHeader.fresh(passphrase, new SecureRandom(), 1))) {
            sealing.write(content);
        }
        refuses(out.toByteArray());
    }

    @Test
    void says_so_when_the_passphrase_is_another_one() throws IOException {
        BackupPassphrase other =
                BackupPassphrase.read(Files.writeString(directory.resolve("other"), "correct horse batteries"));
        assertThatThrownBy(() -> opened(file, other))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("passphrase");
    }

    @Test
    void says_so_when_the_format_is_newer_or_none() {
        byte[] newer = file.clone();
        newer[16] = 2;
        assertThatThrownBy(() -> opened(newer))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> opened("not a backup at all".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not a backup");
    }

    @Test
    void never_names_a_chunk_and_a_last_chunk_alike() throws IOException {
        SealedHeader header = SealedHeader.fresh(passphrase, new SecureRandom());
        assertThat(header.cipher(Cipher.ENCRYPT_MODE, 7, true).getIV())
                .isEqualTo(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1})
                .isNotEqualTo(header.cipher(Cipher.ENCRYPT_MODE, 7, false).getIV());
    }

    @Test
    void wants_a_passphrase_that_is_not_short_and_never_overwrites_one() throws IOException {
        Path brief = Files.writeString(directory.resolve("short"), "  too short \n");
        assertThatThrownBy(() -> BackupPassphrase.read(brief)).hasMessageContaining("too short");
        assertThatThrownBy(() -> BackupPassphrase.generate(brief, new SecureRandom()))
                .hasMessageContaining("exists");
        Path made = directory.resolve("made");
        BackupPassphrase generated = BackupPassphrase.generate(made, new SecureRandom());
        assertThat(BackupPassphrase.read(made).secret())
                .isEqualTo(generated.secret())
                .hasSize(43);
        assertThat(Files.getPosixFilePermissions(made)).hasSize(2);
    }

    private static void refuses(byte[] damaged) {
        assertThatThrownBy(() -> opened(damaged)).isInstanceOf(BackupException.class);
    }

    private static byte[] sealed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SealingStream sealing = new SealingStream(out, SealedHeader.fresh(passphrase, new SecureRandom(), 1));
        for (int at = 0; at < bytes.length; at += 50_000) {
            sealing.write(bytes, at, Math.min(50_000, bytes.length - at));
        }
        sealing.finish();
        return out.toByteArray();
    }

    private static byte[] opened(byte[] sealed) throws IOException {
        return opened(sealed, passphrase);
    }

    private static byte[] opened(byte[] sealed, BackupPassphrase with) throws IOException {
        try (OpeningStream opening = new OpeningStream(new ByteArrayInputStream(sealed), with)) {
            return opening.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
