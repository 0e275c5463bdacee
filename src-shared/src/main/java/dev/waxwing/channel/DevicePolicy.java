package dev.waxwing.channel;

import dev.waxwing.crypto.Suite;
import java.time.Duration;
import java.util.List;

/**
 * What a device asks for.
 *
 * @param suites offered cipher suites in order of preference, no duplicates
 * @param handshake how long a handshake may take
 */
public record DevicePolicy(List<Suite> suites, Duration handshake) {

    public DevicePolicy {
        suites = List.copyOf(suites);
        if (suites.isEmpty() || suites.stream().distinct().count() != suites.size()) {
            throw new IllegalArgumentException("a device offers one or more different cipher suites");
        }
    }

    /** AES-256-GCM first, 10 seconds. */
    public static DevicePolicy defaults() {
        return new DevicePolicy(Suite.usual(), HandshakeLimits.defaults().handshake());
    }
}
