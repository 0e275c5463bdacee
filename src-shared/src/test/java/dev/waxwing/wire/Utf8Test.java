package dev.waxwing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    /** ASCII is looked at eight bytes at a time, and what is left of it byte by byte. */
    @Test
    void what_is_ill_formed_is_found_at_every_place() throws Exception {
        for (int size = 1; size <= 24; size++) {
            Utf8.requireWellFormed(Bytes.of("x".repeat(size).getBytes(StandardCharsets.UTF_8)));
            Utf8.requireWellFormed(
                    Bytes.of(("x".repeat(size) + "ü" + "x".repeat(size)).getBytes(StandardCharsets.UTF_8)));
            for (int at = 0; at < size; at++) {
                byte[] illFormed = "x".repeat(size).getBytes(StandardCharsets.UTF_8);
                illFormed[at] = (byte) 0x80;
                assertThatExceptionOfType(CharacterCodingException.class)
                        .as("%d of %d", at, size)
                        .isThrownBy(() -> Utf8.requireWellFormed(Bytes.of(illFormed)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gate open", "?", "größer", "門", "\uD83D\uDEAA", "\uFFFD", "a\u0000b"})
    void writes_and_reads_every_character(String text) throws Exception {
        Bytes utf8 = Utf8.encode(text);
        assertThat(utf8).isEqualTo(Bytes.of(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(Utf8.decode(utf8)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xD800, 0xDBFF, 0xDC00, 0xDFFF})
    void refuses_half_a_surrogate_pair(int half) {
        for (String text : new String[] {"" + (char) half, "a" + (char) half, (char) half + "?", "門" + (char) half}) {
            assertThatExceptionOfType(CharacterCodingException.class).isThrownBy(() -> Utf8.encode(text));
        }
    }

    /** A lone continuation, a cut sequence, overlong forms, a surrogate, beyond the last character, bytes that never occur. */
    @ParameterizedTest
    @ValueSource(strings = {"80", "61c3", "e282", "c080", "e080af", "eda080", "f4908080", "fe", "ff", "efbfbdff"})
    void refuses_what_is_no_utf_8(String hex) {
        assertThatExceptionOfType(CharacterCodingException.class).isThrownBy(() -> Utf8.decode(Bytes.fromHex(hex)));
    }
}
