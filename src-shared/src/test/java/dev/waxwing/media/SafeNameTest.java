package dev.waxwing.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeNameTest {

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "IMG_0001.JPG => IMG_0001.JPG",
                "Tür 7.mp4 => Tür_7.mp4",
                "写真.jpeg => 写真.jpeg",
                "../../etc/passwd => passwd",
                "..\\..\\boot.ini => boot.ini",
                "/absolute/path.png => path.png",
                "C:\\fakepath\\x.png => x.png",
                ".. => unnamed",
                "a/.. => unnamed",
                ". => unnamed",
                "/ => unnamed",
                ".bashrc => bashrc",
                "-rf => rf",
                "--.-x => x",
                "$(reboot).jpg => __reboot_.jpg",
                "a;b&c|d`e.jpg => a_b_c_d_e.jpg",
                "con => _con",
                "NUL.txt => _NUL.txt",
                "lpt1.tar.gz => _lpt1.tar.gz",
                "console.txt => console.txt",
                "file. => file",
                "x:y.txt => x_y.txt"
            })
    void makes_a_file_name_that_is_safe_everywhere(String claimed, String safe) {
        assertThat(SafeName.forFile(claimed)).isEqualTo(safe);
    }

    @Test
    void a_file_name_has_no_control_direction_or_invisible_characters() {
        assertThat(SafeName.forFile("a\u0000b\nc\u001b[31m.jpg")).isEqualTo("a_b_c__31m.jpg");
        assertThat(SafeName.forFile("photo\u202Egpj.exe")).isEqualTo("photo_gpj.exe");
        assertThat(SafeName.forFile("a\u200Bb\uFEFFc\u2066d")).isEqualTo("a_b_c_d");
        assertThat(SafeName.forFile("")).isEqualTo("unnamed");
    }

    @Test
    void a_long_file_name_keeps_its_extension() {
        String safe = SafeName.forFile("ü".repeat(2_000) + ".jpeg");
        assertThat(safe).endsWith("ü.jpeg");
        assertThat(safe.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(SafeName.MAX_FILE_BYTES);
        String noExtension = SafeName.forFile("a." + "b".repeat(4_000));
        assertThat(noExtension).hasSize(SafeName.MAX_FILE_BYTES);
    }

    @Test
    void a_file_name_that_was_cut_is_safe_still() {
        assertThat(SafeName.forFile("a".repeat(119) + "." + "b".repeat(20))).isEqualTo("a".repeat(119));
        assertThat(SafeName.forFile("_".repeat(130) + "a")).isEqualTo("unnamed");
        assertThat(SafeName.forFile("con." + "a".repeat(130))).hasSize(SafeName.MAX_FILE_BYTES);
    }

    @Test
    void a_name_for_display_stays_readable_on_one_line() {
        assertThat(SafeName.forDisplay("Tür 7/ñ 写真 🎥.mp4")).isEqualTo("Tür 7/ñ 写真 🎥.mp4");
        assertThat(SafeName.forDisplay("a\nb\u001b[2J\u202Ec\u0085d\u2028e\u200F"))
                .isEqualTo("a�b�[2J�c�d�e�");
        assertThat(SafeName.forDisplay("\uD800x")).isEqualTo("�x");
    }

    @Test
    void a_name_for_display_is_cut() {
        String shown = SafeName.forDisplay("🎥".repeat(4_000));
        assertThat(shown.codePointCount(0, shown.length())).isEqualTo(SafeName.MAX_DISPLAY);
        assertThat(shown).endsWith("…");
        assertThat(SafeName.forDisplay("a".repeat(200))).isEqualTo("a".repeat(200));
    }

    @Test
    void any_name_at_all_becomes_one_file_in_its_directory(@TempDir Path directory) throws Exception {
        Random random = new Random(99);
        String nasty = "./\\:*?\"<>|\u0000\n\u202E -~$`'&;𝄞ü%COMnul1.";
        for (int round = 0; round < 500; round++) {
            StringBuilder claimed = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                claimed.append(
                        random.nextBoolean()
                                ? nasty.charAt(random.nextInt(nasty.length()))
                                : (char) random.nextInt(0x10000));
            }
            Path file = directory.resolve(SafeName.forFile(claimed.toString()));
            assertThat(file.getParent()).isEqualTo(directory);
            assertThat(file.normalize()).isEqualTo(file);
            Files.write(file, new byte[0]);
            assertThat(SafeName.forFile(file.getFileName().toString()))
                    .isEqualTo(file.getFileName().toString());
            Files.delete(file);
        }
    }
}
