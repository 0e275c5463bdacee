package dev.waxwing.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.waxwing.evidence.CanonicalJson.Value;
import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":0}",
                "{\"a\":9007199254740991,\"b\":\"\"}",
                "{\"a\":\"\\u0000\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\"}",
                "{\"a\":\"ü€𝄞\u007f\u2028\uFFFE\"}",
                "{\"\":1,\"A\":1,\"a\":1,\"aa\":1,\"ü\":1,\"𝄞\":1,\"\uFFFE\":1}"
            })
    void reads_and_writes_the_canonical_form(String json) throws Exception {
        assertThat(CanonicalJson.write(CanonicalJson.read(bytes(json)))).isEqualTo(bytes(json));
    }

    /** Bytes are looked at eight at a time. */
    @Test
    void escapes_what_needs_it_and_nothing_else_at_every_place() {
        for (int place = 0; place < 20; place++) {
            for (char c = 0; c < 0x180; c++) {
                String before = "\u00FF".repeat(place % 3) + "x".repeat(place);
                String expected = "{\"a\":\"" + before + escaped(c) + "0123456789\"}";
                String text = before + c + "0123456789";
                assertThat(CanonicalJson.write(new TreeMap<>(Map.of("a", new Value.Text(text)))))
                        .as("%04x at %d", (int) c, place)
                        .isEqualTo(bytes(expected));
            }
        }
    }

    private static String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\f' -> "\\f";
            case '\r' -> "\\r";
            default -> c < 0x20 ? "\\u%04x".formatted((int) c) : String.valueOf(c);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "[]",
                "{} ",
                " {}",
                "\uFEFF{}",
                "{}{}",
                "{}\n",
                "{\"a\": 1}",
                "{\"a\":1 }",
                "{\"a\":1,}",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{\"b\":1,\"a\":1}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":01}",
                "{\"a\":-1}",
                "{\"a\":-0}",
                "{\"a\":1.0}",
                "{\"a\":1e2}",
                "{\"a\":9007199254740992}",
                "{\"a\":99999999999999999999}",
                "{\"a\":true}",
                "{\"a\":null}",
                "{\"a\":{}}",
                "{\"a\":[]}",
                "{\"a\":'b'}",
                "{\"a\":\"b}",
                "{\"a\":\"\\",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\/\"}",
                "{\"a\":\"\\u0041\"}",
                "{\"a\":\"\\u001F\"}",
                "{\"a\":\"\\u000a\"}",
                "{\"a\":\"\\u00\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\ud834\\udd1e\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\u0001\"}",
                "{\"\uFFFE\":1,\"𝄞\":1}"
            })
    void refuses_every_other_form(String json) {
        assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> CanonicalJson.read(bytes(json)));
    }

    @Test
    void refuses_ill_formed_utf8() {
        byte[] json = "{\"a\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        for (int b : new int[] {0x80, 0xC0, 0xED, 0xF8, 0xFF}) {
            byte[] changed = json.clone();
            changed[6] = (byte) b;
            assertThatExceptionOfType(MalformedEvidenceException.class)
                    .isThrownBy(() -> CanonicalJson.read(Bytes.of(changed)));
        }
    }

    @Test
    void writes_no_half_of_a_surrogate_pair_and_no_number_out_of_range() {
        for (Value value : new Value[] {new Value.Text("\uD800"), new Value.Whole(-1), new Value.Whole(1L << 53)}) {
            var members = new TreeMap<String, Value>();
            members.put("a", value);
            assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.write(members));
        }
    }

    @Test
    void refuses_every_strict_prefix() {
        Bytes json = bytes("{\"capturedAt\":\"2026-01-31T09:30:00.000Z\",\"counter\":7,\"text\":\"\\\"ü\"}");
        for (int length = 0; length < json.size(); length++) {
            Bytes prefix = json.slice(0, length);
            assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> CanonicalJson.read(prefix));
        }
    }

    @Test
    void changed_bytes_are_refused_or_mean_exactly_themselves() {
        byte[] json = "{\"a\":\"\\u0001\\n\",\"b\":10,\"c\":\"ü𝄞\"}".getBytes(StandardCharsets.UTF_8);
        Random random = new Random(8785);
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] changed = json.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(128);
            }
            try {
                assertThat(CanonicalJson.write(CanonicalJson.read(Bytes.of(changed))))
                        .isEqualTo(Bytes.of(changed));
                read++;
            } catch (MalformedEvidenceException e) {
                assertThat(changed).isNotEqualTo(json);
            }
        }
        assertThat(read).isPositive();
    }

    private static Bytes bytes(String json) {
        return Bytes.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
