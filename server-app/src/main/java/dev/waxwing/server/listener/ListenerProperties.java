package dev.waxwing.server.listener;

import dev.waxwing.channel.HandshakeLimits;
import dev.waxwing.enrollment.ServerAddress;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where devices connect.
 *
 * @param bind the address to listen on
 * @param port 0 for any free one
 * @param publicAddress what invites name, as {@code host:port}; null for the address listened on
 * @param maxSessions how many devices may be connected at once; more are told to come later
 * @param deadlines how long a connection may take to come to a session
 * @param cryptoPermits how many handshakes are computed at once; 0 for as many as there are processors
 */
@Validated
@ConfigurationProperties("waxwing.listener")
public record ListenerProperties(
        @DefaultValue("0.0.0.0") @NotBlank String bind,
        @DefaultValue("9999") @Min(0) @Max(65_535) int port,
        @Nullable String publicAddress,
        @DefaultValue("10000") @Min(1) int maxSessions,
        @DefaultValue Deadlines deadlines,
        @DefaultValue("0") @Min(0) @Max(1_024) int cryptoPermits) {

    /**
     * Counted from the moment the connection was accepted; the protocol's own (section 12), or shorter.
     *
     * @param firstByte until its first byte has come
     * @param clientHello until its whole ClientHello has come
     * @param handshake until its session stands
     */
    public record Deadlines(
            @DefaultValue("3s") Duration firstByte,
            @DefaultValue("5s") Duration clientHello,
            @DefaultValue("10s") Duration handshake) {

        public Deadlines {
            HandshakeLimits longest = HandshakeLimits.defaults();
            check("first-byte", firstByte, longest.firstByte());
            check("client-hello", clientHello, longest.clientHello());
            check("handshake", handshake, longest.handshake());
            if (firstByte.compareTo(clientHello) > 0 || clientHello.compareTo(handshake) > 0) {
                throw new IllegalArgumentException(
                        "waxwing.listener.deadlines: first-byte, client-hello and handshake follow each other");
            }
        }

        private static void check(String name, Duration wanted, Duration longest) {
            if (wanted.compareTo(SHORTEST) < 0 || wanted.compareTo(longest) > 0) {
                throw new IllegalArgumentException("waxwing.listener.deadlines." + name + " is 50ms to "
                        + longest.toSeconds() + "s, not " + wanted.toMillis() + "ms");
            }
        }

        HandshakeLimits limits() {
            return new HandshakeLimits(firstByte, clientHello, handshake);
        }
    }

    private static final Duration SHORTEST = Duration.ofMillis(50);

    public ListenerProperties {
        if (publicAddress != null && publicAddress.isBlank()) {
            publicAddress = null;
        }
        if (publicAddress != null) {
            check(publicAddress);
        }
    }

    private static void check(String publicAddress) {
        try {
            ServerAddress.parse(publicAddress);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("waxwing.listener.public-address: " + e.getMessage(), e);
        }
    }
}
