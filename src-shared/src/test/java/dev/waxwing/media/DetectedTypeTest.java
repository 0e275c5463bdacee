package dev.waxwing.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectedTypeTest {

    @ParameterizedTest
    @CsvSource({
        "ffd8ffe000104a464946, JPEG",
        "89504e470d0a1a0a0000000d49484452, PNG",
        "474946383961 0100, GIF",
        "474946383761 0100, GIF",
        "52494646 24000000 57454250 56503820, WEBP",
        "52494646 24000000 41564920 4c495354, AVI",
        "00000018 66747970 68656963 00000000 6d696631 68656963, HEIC",
        "00000018 66747970 6d696631 00000000 6d696631 68656963, HEIC",
        "0000001c 66747970 61766966 00000000 61766966 6d696631 6d696166, AVIF",
        "0000001c 66747970 6d696631 00000000 6d696631 61766966 6d696166, AVIF",
        "00000020 66747970 69736f6d 00000200 69736f6d 69736f32 61766331 6d703431, MP4",
        "00000018 66747970 6d703432 00000000 6d703432 69736f6d, MP4",
        "00000018 66747970 78787878 00000000 78787878 69736f6d, MP4",
        "00000014 66747970 71742020 00000000 71742020, QUICKTIME",
        "00000018 66747970 4d344120 00000000 4d344120 6d703432, M4A",
        "1a45dfa3 9f 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 84 7765626d, WEBM",
        "1a45dfa3 a3 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 88 6d6174726f736b61, MATROSKA",
        "255044462d312e37, PDF",
        "504b0304 1400, ZIP",
        "504b0506 0000, ZIP"
    })
    void knows_formats_by_their_first_bytes(String hex, DetectedType type) {
        assertThat(DetectedType.of(bytes(hex))).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000018 66747970 63727820 00000000 63727820 00000000",
                "00000008 66747970",
                "52494646 24000000 57415645",
                "1a45dfa3 9f 4286 81 01",
                "7f454c46 020101",
                "ffd8",
                "61ff",
                "6100",
                "1b5b324a"
            })
    void everything_else_that_is_not_text_is_a_stream_of_octets(String hex) {
        assertThat(DetectedType.of(bytes(hex))).isEqualTo(DetectedType.OCTET_STREAM);
    }

    @Test
    void knows_a_transport_stream_by_three_packets() {
        byte[] stream = new byte[600];
        for (int at : new int[] {0, 188, 376}) {
            stream[at] = 'G';
        }
        assertThat(DetectedType.of(stream)).isEqualTo(DetectedType.MPEG_TS);
        stream[376] = 0;
        assertThat(DetectedType.of(stream)).isEqualTo(DetectedType.OCTET_STREAM);
        byte[] timed = new byte[600];
        for (int at : new int[] {4, 196, 388}) {
            timed[at] = 'G';
        }
        assertThat(DetectedType.of(timed)).isEqualTo(DetectedType.MPEG_TS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gate open\r\n\tüñ𝄞",
                "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
                "<!doctype html><script>alert(1)</script>"
            })
    void markup_is_text_and_only_a_file_whatever_is_claimed(String content) {
        DetectedType type = DetectedType.of(content.getBytes(StandardCharsets.UTF_8));
        assertThat(type).isEqualTo(DetectedType.PLAIN_TEXT);
        for (String claim : new String[] {"image/svg+xml", "text/html", "image/png", "video/mp4", "text/plain"}) {
            assertThat(type.kind(claim)).isEqualTo(MediaKind.FILE);
        }
    }

    @Test
    void a_character_split_by_the_end_of_the_head_is_no_fault() {
        byte[] content = ("a" + "ü".repeat(DetectedType.HEAD_BYTES)).getBytes(StandardCharsets.UTF_8);
        assertThat(DetectedType.of(content)).isEqualTo(DetectedType.PLAIN_TEXT);
        assertThat(DetectedType.of(Arrays.copyOf(content, DetectedType.HEAD_BYTES)))
                .isEqualTo(DetectedType.PLAIN_TEXT);
        assertThat(DetectedType.of(Arrays.copyOf(content, 100))).isEqualTo(DetectedType.OCTET_STREAM);
    }

    @ParameterizedTest
    @CsvSource({
        "JPEG, image/jpeg, false, IMAGE",
        "JPEG, IMAGE/JPG, false, IMAGE",
        "JPEG, image/jpeg; q=1, false, IMAGE",
        "JPEG, application/octet-stream, false, IMAGE",
        "JPEG, image/png, true, FILE",
        "JPEG, video/mp4, true, FILE",
        "JPEG, application/x-custom, true, FILE",
        "MP4, video/mp4, false, VIDEO",
        "MP4, video/quicktime, false, VIDEO",
        "QUICKTIME, video/mp4, false, VIDEO",
        "WEBM, image/webp, true, FILE",
        "ZIP, application/zip, false, FILE",
        "ZIP, application/vnd.openxmlformats-officedocument.wordprocessingml.document, false, FILE",
        "ZIP, image/jpeg, true, FILE",
        "PLAIN_TEXT, text/csv, false, FILE",
        "PLAIN_TEXT, application/json, false, FILE",
        "PLAIN_TEXT, image/svg+xml, false, FILE",
        "PLAIN_TEXT, image/jpeg, true, FILE",
        "PLAIN_TEXT, image/x-unheard-of, true, FILE",
        "PLAIN_TEXT, application/x-custom, false, FILE",
        "OCTET_STREAM, application/x-custom, false, FILE",
        "OCTET_STREAM, audio/flac, false, FILE",
        "OCTET_STREAM, image/jpeg, true, FILE",
        "OCTET_STREAM, video/x-unheard-of, false, FILE",
        "OCTET_STREAM, image/tiff, false, FILE",
        "OCTET_STREAM, text/plain, true, FILE",
        "OCTET_STREAM, application/pdf, true, FILE"
    })
    void compares_content_with_claim(DetectedType type, String claimed, boolean mismatch, MediaKind kind) {
        assertThat(type.disagreesWith(claimed)).isEqualTo(mismatch);
        assertThat(type.kind(claimed)).isEqualTo(kind);
    }

    @ParameterizedTest
    @EnumSource(DetectedType.class)
    void every_type_agrees_with_its_own_name(DetectedType type) {
        assertThat(type.disagreesWith(type.mediaType())).isFalse();
    }

    @Test
    void survives_anything() {
        Random random = new Random(5);
        String[] starts = {"", "0000001866747970", "1a45dfa3", "52494646", "47"};
        for (int round = 0; round < 20_000; round++) {
            byte[] head = new byte[random.nextInt(64)];
            random.nextBytes(head);
            byte[] start = bytes(starts[random.nextInt(starts.length)]);
            System.arraycopy(start, 0, head, 0, Math.min(start.length, head.length));
            assertThat(DetectedType.of(head)).isNotNull();
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
