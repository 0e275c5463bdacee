package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {

    private static final Comparison COMPARISON = Comparison.of("waxwing", "jsse", 1.3);

    @Test
    void is_taken_within_each_round() {
        Ratio ratio =
                Ratio.of(COMPARISON, Examples.series("waxwing", 10, 100, 30), Examples.series("jsse", 5, 200, 10));

        assertThat(ratio.rounds()).containsExactly(2.0, 0.5, 3.0);
        assertThat(ratio.quartiles().median()).isEqualTo(2.0);
    }

    @Test
    void counts_amount_per_second() {
        Series ours = new Series("waxwing", List.of(new Sample(100, 2, 0)));
        Series peer = new Series("jsse", List.of(new Sample(100, 4, 0)));

        assertThat(Ratio.of(COMPARISON, ours, peer).rounds()).containsExactly(2.0);
    }

    @Test
    void needs_the_same_rounds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ratio.of(COMPARISON, Examples.series("waxwing", 1, 2), Examples.series("jsse", 1)));
    }

    @Test
    void is_left_out_when_a_subject_is_missing() {
        assertThat(Examples.result().ratios())
                .extracting(ratio -> ratio.comparison().peer())
                .containsExactly("jsse");
    }

    @Test
    void meets_a_goal_from_the_better_side() {
        Measure lessIsBetter = new Measure("bytes", 1, 0, true, "", 1);

        assertThat(Measure.MEGABYTES_PER_SECOND.meets(1.3, 1.3)).isTrue();
        assertThat(Measure.MEGABYTES_PER_SECOND.meets(1.29, 1.3)).isFalse();
        assertThat(lessIsBetter.meets(0.4, 0.4)).isTrue();
        assertThat(lessIsBetter.meets(0.41, 0.4)).isFalse();
    }
}
