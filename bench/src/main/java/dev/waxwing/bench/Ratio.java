package dev.waxwing.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one subject reached in proportion to another in the same round, round by round.
 *
 * @param comparison which two
 * @param rounds the ratio of each round
 */
record Ratio(Comparison comparison, List<Double> rounds) {

    Ratio {
        rounds = List.copyOf(rounds);
    }

    static Ratio of(Comparison comparison, Series ours, Series peer) {
        if (ours.samples().size() != peer.samples().size()) {
            throw new IllegalArgumentException(
                    "%s and %s were not sampled in the same rounds".formatted(ours.name(), peer.name()));
        }
        return new Ratio(
                comparison,
                IntStream.range(0, ours.samples().size())
                        .mapToObj(round -> ours.samples().get(round).rate()
                                / peer.samples().get(round).rate())
                        .toList());
    }

    Quartiles quartiles() {
        return Quartiles.of(rounds.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
