package dev.waxwing.bench.scale;

import java.util.List;

/**
 * How something changes as something else grows.
 *
 * @param name of the files
 * @param title one line for people
 * @param across what grows, on a logarithmic axis
 * @param up unit of what is measured, on an axis from zero
 */
record Curve(String name, String title, String across, String up, List<Line> lines) {

    Curve {
        lines = List.copyOf(lines);
    }

    /** One thing measured at each place. */
    record Line(String name, List<Point> points) {

        Line {
            points = List.copyOf(points);
        }
    }

    record Point(double x, double y) {}
}
