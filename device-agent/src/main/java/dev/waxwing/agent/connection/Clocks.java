package dev.waxwing.agent.connection;

import dev.waxwing.trust.StapledStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Compares this device's clock with the server's, in words for the person who has to set it. */
public final class Clocks {

    /** The difference that the protocol allows (section 7.1); beyond it sessions begin to fail. */
    public static final Duration TOLERANCE = StapledStatus.SKEW;

    private static final DateTimeFormatter SHOWN = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Clocks() {}

    /** Whether two clocks are further apart than the protocol allows. */
    public static boolean disagree(Instant own, Instant other) {
        return Duration.between(own, other).abs().compareTo(TOLERANCE) > 0;
    }

    /** Says what both clocks say. */
    public static String compared(Instant own, Instant server) {
        return "this device's clock says %s, the server's says %s".formatted(shown(own), shown(server));
    }

    /** A time as people read it, to the second. */
    public static String shown(Instant time) {
        return SHOWN.format(time);
    }
}
