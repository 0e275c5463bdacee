package dev.waxwing.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreshIdsTest {

    private static final Instant NOW = Instant.parse("2026-01-31T09:30:00.123Z");

    @Test
    void an_id_begins_with_the_time_in_milliseconds() {
        assertThat(at(NOW).next().toString()).startsWith("%012x".formatted(NOW.toEpochMilli()));
    }

    @Test
    void later_ids_are_greater() {
        assertThat(at(NOW).next().toString())
                .isLessThan(at(NOW.plusMillis(1)).next().toString());
    }

    @Test
    void ids_of_the_same_moment_differ() {
        FreshIds ids = at(NOW);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(ids.next().toString())).isTrue();
        }
    }

    private static FreshIds at(Instant now) {
        return new FreshIds(new SecureRandom(), Clock.fixed(now, ZoneOffset.UTC));
    }
}
