package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcePrefixTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "::ffff:192.0.2.7, 192.0.2.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
        "2001:db8::1, 2001:db8:0:0:0:0:0:0/64",
        "fe80::1%7, fe80:0:0:0:0:0:0:0/64"
    })
    void is_an_ipv4_address_or_the_64_of_an_ipv6_address(String address, String text) {
        assertThat(prefix(address).text()).isEqualTo(text);
    }

    @Test
    void all_of_one_64_are_equal_and_none_of_the_next() {
        assertThat(prefix("2001:db8:1:2::1"))
                .isEqualTo(prefix("2001:db8:1:2:ffff:ffff:ffff:ffff"))
                .isNotEqualTo(prefix("2001:db8:1:3::1"));
    }

    private static SourcePrefix prefix(String address) {
        return SourcePrefix.of(InetAddress.ofLiteral(address));
    }
}
