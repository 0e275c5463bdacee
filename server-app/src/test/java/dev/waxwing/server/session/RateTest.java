package dev.waxwing.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RateTest {

    private Instant now = Instant.parse("2026-01-31T09:30:00Z");
    private final InstantSource source = () -> now;
    private final Rate rate = new Rate(source.withZone(ZoneOffset.UTC));

    @Test
    void averages_the_last_ten_whole_seconds() {
        rate.add(1_000);
        assertThat(rate.perSecond()).isZero();
        pass(1);
        assertThat(rate.perSecond()).isEqualTo(100);
        rate.add(500);
        pass(1);
        assertThat(rate.perSecond()).isEqualTo(150);
        pass(9);
        assertThat(rate.perSecond()).isEqualTo(50);
        pass(1);
        assertThat(rate.perSecond()).isZero();
        assertThat(rate.total()).isEqualTo(1_500);
    }

    @Test
    void forgets_everything_after_a_long_pause_and_is_not_upset_by_a_clock_set_back() {
        rate.add(1_000);
        pass(100_000);
        assertThat(rate.perSecond()).isZero();
        pass(-50_000);
        rate.add(10);
        assertThat(rate.total()).isEqualTo(1_010);
    }

    private void pass(long seconds) {
        now = now.plus(Duration.ofSeconds(seconds));
    }
}
