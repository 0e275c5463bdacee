package dev.waxwing.bench.handshake;

import dev.waxwing.bench.Comparison;
import dev.waxwing.bench.Group;
import dev.waxwing.bench.Measure;
import dev.waxwing.bench.Setting;
import java.time.Duration;
import java.util.List;

/** The group {@code handshake}. */
public final class Handshakes {

    private static final Effort FULL = new Effort(5_000, Duration.ofSeconds(2));
    private static final Effort QUICK = new Effort(1_000, Duration.ofSeconds(1));

    private Handshakes() {}

    public static Group group(Setting setting) {
        Effort usual = setting.quick() ? QUICK : FULL;
        Effort effort = setting.warmUp() == 0 ? usual : new Effort(setting.warmUp(), usual.sample());
        return new Group(
                "handshake",
                "Full handshakes, both ends authenticated, %d at once, loopback".formatted(Dialing.AT_ONCE),
                Measure.HANDSHAKES_PER_SECOND,
                1,
                List.of(
                        HandshakePair.channel(effort),
                        new ServerHandshakes(setting.repository(), effort),
                        HandshakePair.jsse(effort),
                        HandshakePair.netty(effort)),
                List.of(
                        Comparison.of("waxwing-channel", "jsse", 4.0),
                        Comparison.of("waxwing-channel", "netty-tcnative", 1.2),
                        Comparison.of("waxwing-server", "jsse"),
                        Comparison.of("waxwing-server", "netty-tcnative")));
    }
}
