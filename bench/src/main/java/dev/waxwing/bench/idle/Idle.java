package dev.waxwing.bench.idle;

import dev.waxwing.bench.Comparison;
import dev.waxwing.bench.Group;
import dev.waxwing.bench.Measure;
import dev.waxwing.bench.Setting;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.idle.IdleSessions.Extent;
import java.util.List;

/** The group {@code idle}. */
public final class Idle {

    private static final Measure MEASURE = new Measure("bytes of live heap per session", 1, 0, true, "", 1);

    private Idle() {}

    public static Group group(Setting setting) {
        Extent extent = setting.quick() ? new Extent(20, 120, setting.work()) : new Extent(100, 1_000, setting.work());
        List<Subject> subjects = List.of(
                IdleSessions.channel(extent),
                IdleSessions.server(setting.repository(), extent),
                IdleSessions.jsse(extent));
        return new Group(
                "idle",
                "Heap of an idle session, from %,d to %,d sessions".formatted(extent.few(), extent.many()),
                MEASURE,
                1,
                subjects,
                List.of(Comparison.of("waxwing-channel", "jsse", 0.4), Comparison.of("waxwing-server", "jsse")));
    }
}
