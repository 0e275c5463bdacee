package dev.waxwing.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.waxwing.channel.HandshakeLimits;
import dev.waxwing.server.listener.ListenerProperties.Deadlines;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DeadlinesTest {

    @Test
    void are_those_of_the_protocol_unless_they_are_set() {
        ListenerProperties properties = new Binder(
                        new MapConfigurationPropertySource(Map.of("waxwing.listener.port", "0")))
                .bind("waxwing.listener", ListenerProperties.class)
                .get();
        assertThat(properties.deadlines().limits()).isEqualTo(HandshakeLimits.defaults());
        assertThat(properties.cryptoPermits()).isZero();
    }

    @Test
    void may_be_shorter_than_those_of_the_protocol() {
        assertThat(deadlines(100, 200, 300).limits())
                .isEqualTo(new HandshakeLimits(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(300)));
    }

    @ParameterizedTest
    @CsvSource({
        "3001, 5000, 10000",
        "3000, 5001, 10000",
        "3000, 5000, 10001",
        "49, 100, 200",
        "300, 200, 400",
        "100, 500, 400"
    })
    void may_not_be_longer_nor_senseless(int firstByte, int clientHello, int handshake) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> deadlines(firstByte, clientHello, handshake))
                .withMessageContaining("waxwing.listener.deadlines");
    }

    private static Deadlines deadlines(int firstByte, int clientHello, int handshake) {
        return new Deadlines(
                Duration.ofMillis(firstByte), Duration.ofMillis(clientHello), Duration.ofMillis(handshake));
    }
}
