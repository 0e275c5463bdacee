package dev.waxwing.channel;

import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.SessionTerms;
import java.util.List;

/**
 * What a server allows.
 *
 * @param suites allowed cipher suites; the device's order decides among them
 * @param terms announced to every device
 * @param limits how long a handshake may take
 */
public record ServerPolicy(List<Suite> suites, SessionTerms terms, HandshakeLimits limits) {

    public ServerPolicy {
        suites = List.copyOf(suites);
        if (suites.isEmpty()) {
            throw new IllegalArgumentException("a server needs a cipher suite");
        }
    }

    public static ServerPolicy defaults() {
        return new ServerPolicy(Suite.usual(), SessionTerms.defaults(), HandshakeLimits.defaults());
    }
}
