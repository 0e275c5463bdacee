package dev.waxwing.server.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class NetworkTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7/32, 192.0.2.8, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "fc00::/7, fd12::1, true",
        "fc00::/7, fe80::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::/0, 10.0.0.1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true"
    })
    void holds_the_addresses_of_its_prefix(String network, String address, boolean held) {
        assertThat(Network.parse(network).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "10.0.0.1/8",
                "example.org",
                "localhost",
                "10.0.0",
                "::/129",
                "10.0.0.0/x",
                "/8"
            })
    void anything_else_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Network.parse(text));
    }

    @Test
    void loopback_and_private_sources_are_allowed_by_default() {
        ClassicProperties properties = properties(null, "8MB", "10s");
        for (String address :
                List.of("127.0.0.1", "::1", "10.1.2.3", "172.20.0.1", "192.168.7.7", "fe80::1", "fd00::1")) {
            assertThat(properties.allows(InetAddress.ofLiteral(address)))
                    .as(address)
                    .isTrue();
        }
        for (String address : List.of("203.0.113.9", "172.32.0.1", "2001:db8::1", "192.169.0.1")) {
            assertThat(properties.allows(InetAddress.ofLiteral(address)))
                    .as(address)
                    .isFalse();
        }
        assertThat(properties(List.of(), "8MB", "10s").allows(InetAddress.ofLiteral("127.0.0.1")))
                .isFalse();
    }

    @Test
    void a_setting_out_of_its_range_is_refused_with_its_key() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> properties(List.of("10.0.0.1/8"), "8MB", "10s"))
                .withMessageContaining("waxwing.classic.allowed-sources");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> properties(null, "65MB", "10s"))
                .withMessageContaining("waxwing.classic.max-file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> properties(null, "8MB", "0s"))
                .withMessageContaining("waxwing.classic.handshake");
    }

    private static ClassicProperties properties(@Nullable List<String> sources, String maxFile, String handshake) {
        return new ClassicProperties(
                true,
                sources,
                DataSize.parse(maxFile),
                4,
                Duration.parse("PT" + handshake.toUpperCase(Locale.ROOT)),
                Duration.ofSeconds(60),
                Duration.ofHours(1));
    }
}
