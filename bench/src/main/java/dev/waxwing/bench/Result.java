package dev.waxwing.bench;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a group came to.
 *
 * @param series of each subject that was measured, in the group's order
 */
record Result(
        String group,
        String title,
        boolean quick,
        Instant at,
        Measure measure,
        Machine machine,
        List<Series> series,
        List<Ratio> ratios,
        List<Missing> missing) {

    Result {
        series = List.copyOf(series);
        ratios = List.copyOf(ratios);
        missing = List.copyOf(missing);
    }

    /** How many rounds were taken. */
    int rounds() {
        return series.isEmpty() ? 0 : series.getFirst().samples().size();
    }

    static Result of(
            Group group, boolean quick, Instant at, Machine machine, List<Series> series, List<Missing> missing) {
        List<Ratio> ratios = group.comparisons().stream()
                .flatMap(comparison -> ratio(comparison, series).stream())
                .toList();
        return new Result(group.name(), group.title(), quick, at, group.measure(), machine, series, ratios, missing);
    }

    private static Optional<Ratio> ratio(Comparison comparison, List<Series> series) {
        return find(comparison.ours(), series)
                .flatMap(ours -> find(comparison.peer(), series).map(peer -> Ratio.of(comparison, ours, peer)));
    }

    private static Optional<Series> find(String name, List<Series> series) {
        return series.stream().filter(one -> one.name().equals(name)).findFirst();
    }
}
