package dev.waxwing.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    void ids_of_the_same_moment_ascend() {
        FreshIds ids = at(NOW);
        List<String> made =
                IntStream.range(0, 10_000).mapToObj(_ -> ids.next().toString()).toList();
        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    /** The clock may stand still, or two devices may have the same time: what keeps ids apart for good is random. */
    @Test
    void no_two_ids_have_the_same_random_bits() {
        FreshIds ids = at(NOW);
        Set<String> random = IntStream.range(0, 10_000)
                .mapToObj(_ -> ids.next().toString().substring(12))
                .collect(Collectors.toSet());
        assertThat(random).hasSize(10_000);
    }

    private static FreshIds at(Instant now) {
        return new FreshIds(new SecureRandom(), Clock.fixed(now, ZoneOffset.UTC));
    }
}
