package dev.waxwing.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionPropertiesTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.77, 192.0.2.77, true",
        "192.0.2.77, 192.0.2.76, false",
        "10.0.0.0/9, 10.127.0.1, true",
        "10.0.0.0/9, 10.128.0.1, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void a_range_holds_the_addresses_that_share_its_bits(String range, String address, boolean holds) {
        assertThat(SourceRange.parse(range).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/x", "2001:db8::/129", "/8"})
    void refuses_what_is_no_range(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SourceRange.parse(text));
    }

    @Test
    void the_threshold_of_early_drop_is_never_beyond_the_places_for_strangers() {
        AdmissionProperties.Penalties none = null;
        AdmissionProperties few = new AdmissionProperties(8, 64, 30, 32, 10, 100, List.of("127.0.0.1"), none);
        assertThat(few.forStrangers()).isEqualTo(new EarlyDrop(6, 30, 6));
    }
}
