package dev.waxwing.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How soon a revocation list follows a revocation, whatever lists cost. */
class ListPaceTest {

    private final AtomicLong time =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
    private final ListPace pace = new ListPace(time::get);

    private void pass(Duration some) {
        time.addAndGet(some.toNanos());
    }

    private void listThatTakes(Duration cost) {
        pace.make(() -> pass(cost));
    }

    private Duration next() {
        return Duration.ofNanos(pace.nanosUntilNext());
    }

    private Duration nextOfSome() {
        return Duration.ofNanos(pace.nanosUntilNextOfSome());
    }

    @Test
    void a_list_follows_within_half_a_second() {
        assertThat(next()).isEqualTo(Duration.ofMillis(500));
        assertThat(nextOfSome()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void a_single_revocation_waits_no_longer_because_lists_are_dear() {
        listThatTakes(Duration.ofSeconds(2));
        assertThat(next()).isEqualTo(Duration.ofMillis(500));
        listThatTakes(Duration.ofMillis(10));
        assertThat(next()).isEqualTo(Duration.ofMillis(2_490));
    }

    @Test
    void lists_of_an_order_that_goes_on_take_a_tenth_of_the_time() {
        Duration cost = Duration.ofSeconds(2);
        listThatTakes(cost);
        Duration wait = nextOfSome();
        assertThat(cost.plus(wait)).isEqualTo(cost.multipliedBy(10));
        pass(wait);
        assertThat(nextOfSome()).isEqualTo(Duration.ofMillis(500));
        listThatTakes(Duration.ofMillis(1));
        assertThat(nextOfSome()).as("cheap again").isEqualTo(next());
    }
}
