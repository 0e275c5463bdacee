package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CounterRunTest {

    @Test
    void a_gap_ends_a_run() {
        assertThat(CounterRun.of(List.of(3L, 4L, 5L, 7L, 9L, 10L), 10))
                .containsExactly(new CounterRun(3, 5), new CounterRun(7, 7), new CounterRun(9, 10));
    }

    @Test
    void a_run_is_no_longer_than_asked_for() {
        assertThat(CounterRun.of(List.of(1L, 2L, 3L, 4L, 5L), 2))
                .containsExactly(new CounterRun(1, 2), new CounterRun(3, 4), new CounterRun(5, 5));
    }

    @Test
    void no_counters_are_no_runs() {
        assertThat(CounterRun.of(List.of(), 2)).isEmpty();
    }
}
