package dev.waxwing.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.bench.scale.Curve.Line;
import dev.waxwing.bench.scale.Curve.Point;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CurveChartTest {

    private static final Pattern PATH =
            Pattern.compile("d=\"M([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)\"");

    @Test
    void equal_factors_are_equal_distances_across_and_equal_steps_are_equal_distances_up() {
        Curve curve = new Curve(
                "name",
                "Title",
                "devices",
                "MB/s",
                List.of(new Line("ours", List.of(new Point(1, 10), new Point(10, 20), new Point(100, 30)))));
        Matcher path = PATH.matcher(CurveChart.of(curve, "a machine"));
        assertThat(path.find()).isTrue();
        double[] at = new double[6];
        for (int i = 0; i < at.length; i++) {
            at[i] = Double.parseDouble(path.group(i + 1));
        }
        assertThat(at[2] - at[0]).isPositive().isEqualTo(at[4] - at[2]);
        assertThat(at[1] - at[3]).isPositive().isEqualTo(at[3] - at[5]);
    }

    @Test
    void the_axis_ends_at_a_round_number_that_holds_the_highest_value() {
        assertThat(CurveChart.roundUp(1)).isEqualTo(1);
        assertThat(CurveChart.roundUp(13)).isEqualTo(20);
        assertThat(CurveChart.roundUp(4_999)).isEqualTo(5_000);
        assertThat(CurveChart.roundUp(51)).isEqualTo(100);
    }

    @Test
    void what_is_shown_cannot_break_out_of_the_picture() {
        Curve curve = new Curve("name", "a < b & c", "x", "y", List.of(new Line("one", List.of(new Point(1, 1)))));
        assertThat(CurveChart.of(curve, "m")).contains("a &lt; b &amp; c").doesNotContain("a < b");
    }
}
