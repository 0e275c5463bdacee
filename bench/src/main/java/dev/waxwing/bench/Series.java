package dev.waxwing.bench;

import java.util.List;

/** The samples of one subject, one for each round. */
record Series(String name, List<Sample> samples) {

    Series {
        samples = List.copyOf(samples);
    }

    /** In the unit of the measure. */
    Quartiles figures(Measure measure) {
        return Quartiles.of(samples.stream().mapToDouble(measure::of).toArray());
    }

    /** CPU seconds for the measure's work. */
    Quartiles cpuSeconds(Measure measure) {
        return Quartiles.of(samples.stream().mapToDouble(measure::cpuSeconds).toArray());
    }
}
