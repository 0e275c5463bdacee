package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DerTest {

    @ParameterizedTest
    @CsvSource({
        "20260601120000Z, 2026-06-01T12:00:00Z",
        "20240229235959Z, 2024-02-29T23:59:59Z",
        "00000101000000Z, 0000-01-01T00:00:00Z",
        "99991231235959Z, 9999-12-31T23:59:59Z"
    })
    void reads_a_time_in_utc_with_seconds(String text, Instant time) throws Exception {
        assertThat(of(text).time()).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "20260601120000",
                "202606011200Z",
                "20260601120000.5Z",
                "20260601120000+0000",
                "20260601120000z",
                "20250229120000Z",
                "20260631120000Z",
                "20260001120000Z",
                "20260601240000Z",
                "20260601126000Z",
                "20260601120060Z",
                "2026060112000 Z",
                "2026060112000/Z",
                "-0260601120000Z",
                "+2260601120000Z",
                "2026060112000:Z"
            })
    void refuses_every_other_time(String text) {
        assertThatThrownBy(() -> of(text).time()).isInstanceOf(Der.MalformedException.class);
    }

    private static Der of(String text) {
        byte[] der = new byte[2 + text.length()];
        der[0] = Der.GENERALIZED_TIME;
        der[1] = (byte) text.length();
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, der, 2, text.length());
        return new Der(der);
    }
}
