package dev.waxwing.server.listener;

import dev.waxwing.enrollment.ServerAddress;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
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
 * @param maxUnauthenticated how many connections may be in their handshake at once; more are closed at once
 * @param maxSessions how many devices may be connected at once; more are told to come later
 */
@Validated
@ConfigurationProperties("waxwing.listener")
public record ListenerProperties(
        @DefaultValue("0.0.0.0") @NotBlank String bind,
        @DefaultValue("9999") @Min(0) @Max(65_535) int port,
        @Nullable String publicAddress,
        @DefaultValue("256") @Min(1) int maxUnauthenticated,
        @DefaultValue("10000") @Min(1) int maxSessions) {

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
