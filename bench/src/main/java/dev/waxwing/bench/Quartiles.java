package dev.waxwing.bench;

import java.util.Arrays;

/**
 * A median with the quartiles around it. The quantile q of n sorted values is at the place q (n - 1), counted from 0;
 * between two values it is interpolated in proportion (definition 7 of Hyndman and Fan, 1996).
 */
record Quartiles(double lower, double median, double upper) {

    /** @param values at least one, in any order */
    static Quartiles of(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Quartiles(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
    }

    private static double quantile(double[] sorted, double q) {
        double place = q * (sorted.length - 1);
        int below = (int) place;
        if (below == sorted.length - 1) {
            return sorted[below];
        }
        return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
