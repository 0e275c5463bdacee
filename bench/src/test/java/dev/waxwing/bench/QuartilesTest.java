package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class QuartilesTest {

    @Test
    void interpolates_between_sorted_values() {
        assertThat(Quartiles.of(new double[] {4, 1, 3, 2})).isEqualTo(new Quartiles(1.75, 2.5, 3.25));
    }

    @Test
    void takes_values_that_stand_at_the_places_as_they_are() {
        assertThat(Quartiles.of(new double[] {50, 10, 40, 20, 30})).isEqualTo(new Quartiles(20, 30, 40));
    }

    @Test
    void of_one_value_are_that_value() {
        assertThat(Quartiles.of(new double[] {7})).isEqualTo(new Quartiles(7, 7, 7));
    }

    @Test
    void leaves_the_values_in_their_order() {
        double[] values = {3, 1, 2};
        Quartiles.of(values);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void need_a_value() {
        assertThatIllegalArgumentException().isThrownBy(() -> Quartiles.of(new double[0]));
    }
}
