package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The little JSON of this protocol. */
class JsonReaderTest {

    @Test
    void reads_members_in_any_order_with_every_escape() throws Exception {
        assertThat(read("{ \"b\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E4\\uD834\\udd1e\", \"a\":\"ä€\uD834\uDD1E\" }"))
                .isEqualTo(Map.of("a", "ä€\uD834\uDD1E", "b", "\"\\/\b\f\n\r\tä\uD834\uDD1E"));
        assertThat(read("{}")).isEmpty();
    }

    @Test
    void what_is_written_is_read_again() throws Exception {
        StringBuilder every = new StringBuilder();
        for (int c = 0; c < 0x3000; c++) {
            every.append((char) c);
        }
        String text = every.append("\uD834\uDD1E\uDD1E\uD834").toString();
        assertThat(read("{\"a\": " + JsonText.quoted(text) + "}")).isEqualTo(Map.of("a", text));
        assertThat(JsonText.quoted(text)).matches("[ -~]+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1}",
                "{\"a\":\"\",}",
                "{,}",
                "{\"a\":\"\" \"b\":\"\"}",
                "{\"a\":\"\",\"a\":\"\"}",
                "{\"a\":\"\"}}",
                "{\"a\":\"\"} x",
                "{\"a\":\"",
                "{\"a\":\"\\",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\n\"}",
                "{'a':''}",
                "{\"a\":[\"\"]}",
                "null",
                "\uFEFF{}"
            })
    void anything_else_is_refused(String text) {
        assertRefused(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"c0af", "80", "c3", "c328", "e08080", "eda080", "f0808080", "f4908080", "f5808080", "ff", "e282"
            })
    void ill_formed_utf_8_is_refused(String hex) {
        byte[] text = Bytes.concat(ClassicVectors.ascii("{\"a\":\""), Bytes.fromHex(hex), ClassicVectors.ascii("\"}"))
                .toArray();
        assertRefused(text);
    }

    @Test
    void a_string_has_a_bound() {
        assertThat(catchThrowableOfType(
                        ProtocolException.class,
                        () -> JsonReader.of(ClassicVectors.ascii("\"abc\"").toArray())
                                .string(2)))
                .isNotNull();
        assertRefused(("{\"" + "n".repeat(65) + "\":\"\"}").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void base_64_of_every_length_is_decoded_however_the_pieces_fall() throws Exception {
        byte[] content = new byte[20_000];
        new Random(3).nextBytes(content);
        for (int size : new int[] {0, 1, 2, 3, 6_143, 6_144, 6_145, 12_288, 20_000}) {
            Bytes expected = Bytes.of(content).slice(0, size);
            String text = "\"" + Base64.getEncoder().encodeToString(expected.toArray()) + "\"";
            for (int piece : new int[] {1, 7, 8_192, 100_000}) {
                ByteBuffer out = ByteBuffer.allocate(size);
                JsonReader reader = inPieces(text, piece);
                reader.base64(out);
                reader.end();
                assertThat(Bytes.copyOf(out.flip())).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "AA", "AAA", "AA=", "A===", "====", "AA==AAAA", "AAA A", "AA-_", "AAAä", "AAAA\\n"})
    void other_base_64_is_refused(String base64) {
        assertBase64Refused(base64);
        assertBase64Refused("AAAA".repeat(2_048) + base64);
        assertBase64Refused("AAAA".repeat(2_047) + "AA==" + base64);
    }

    @Test
    void base_64_stays_within_the_buffer() {
        assertThat(catchThrowableOfType(
                        ProtocolException.class, () -> inPieces("\"AAAA\"", 10).base64(ByteBuffer.allocate(2))))
                .isNotNull();
    }

    private static void assertBase64Refused(String base64) {
        assertThat(catchThrowableOfType(
                        ProtocolException.class,
                        () -> inPieces("\"" + base64 + "\"", 1_000).base64(ByteBuffer.allocate(20_000))))
                .as(base64)
                .isNotNull();
    }

    private static void assertRefused(byte[] text) {
        assertThat(catchThrowableOfType(ProtocolException.class, () -> read(text)))
                .isNotNull();
    }

    private static Map<String, String> read(String text) throws ProtocolException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> read(byte[] text) throws ProtocolException {
        Map<String, String> members = new HashMap<>();
        JsonReader reader = JsonReader.of(text);
        reader.object(name -> members.put(name, reader.string(20_000)));
        reader.end();
        return members;
    }

    private static JsonReader inPieces(String text, int size) {
        ByteBuffer all = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        return new JsonReader(new JsonReader.Source() {
            @Override
            public byte @Nullable [] next() {
                byte[] piece = new byte[Math.min(size, all.remaining())];
                all.get(piece);
                return piece.length == 0 ? null : piece;
            }
        });
    }
}
