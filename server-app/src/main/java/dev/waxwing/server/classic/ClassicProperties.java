package dev.waxwing.server.classic;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Whether and how the classic protocol is served (docs/classic.md). It is insecure: off unless an operator turns it on.
 *
 * @param enabled whether connections that begin as classic are served; if not, they are closed in silence
 * @param allowedSources ranges of addresses from which classic is served; null for loopback and private ones
 * @param maxFile the largest file taken, 1 byte to 64 MiB: a record of classic has to be held in memory whole, with two and a
 *     half times the file's size at its worst
 * @param maxSessions how many devices may be in a classic session at once, each with such a record in memory
 * @param handshake how long a handshake may take as a whole, 1 s to 60 s
 * @param idle how long a device in a session may be silent, 1 s to 1 h
 * @param session how long a session may last as a whole, 10 s to 24 h
 */
@Validated
@ConfigurationProperties("waxwing.classic")
public record ClassicProperties(
        @DefaultValue("false") boolean enabled,
        @Nullable List<String> allowedSources,
        @DefaultValue("8MB") DataSize maxFile,
        @DefaultValue("4") @Min(1) @Max(64) int maxSessions,
        @DefaultValue("10s") Duration handshake,
        @DefaultValue("60s") Duration idle,
        @DefaultValue("1h") Duration session) {

    /** Loopback, RFC 1918, link-local and unique local addresses. */
    private static final List<String> LOCAL = List.of(
            "127.0.0.0/8",
            "::1",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "fe80::/10",
            "fc00::/7");

    private static final long MOST_FILE = 64L << 20;

    public ClassicProperties {
        allowedSources = List.copyOf(allowedSources == null ? LOCAL : allowedSources);
        try {
            allowedSources.forEach(Network::parse);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("waxwing.classic.allowed-sources: " + e.getMessage(), e);
        }
        if (maxFile.toBytes() < 1 || maxFile.toBytes() > MOST_FILE) {
            throw new IllegalArgumentException("waxwing.classic.max-file is 1B to 64MB");
        }
        requireWithin("handshake", handshake, Duration.ofSeconds(1), Duration.ofSeconds(60));
        requireWithin("idle", idle, Duration.ofSeconds(1), Duration.ofHours(1));
        requireWithin("session", session, Duration.ofSeconds(10), Duration.ofHours(24));
    }

    private static void requireWithin(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "waxwing.classic." + key + " is " + least.toSeconds() + "s to " + most.toSeconds() + "s");
        }
    }

    /** Whether classic is served to this address. */
    boolean allows(InetAddress source) {
        return sources().stream().anyMatch(network -> network.contains(source));
    }

    private List<Network> sources() {
        return allowedSources == null
                ? List.of()
                : allowedSources.stream().map(Network::parse).toList();
    }
}
