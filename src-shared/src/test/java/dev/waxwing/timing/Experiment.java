package dev.waxwing.timing;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Measures inputs of several classes in random order, so that whatever drifts drifts for all of them, and compares each
 * class with the first by Welch's t-test, after Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?" (2017).
 *
 * @param <I> what is measured
 */
public final class Experiment<I> {

    private static final int MORE = 4;
    private static final long SEED = 20170331;

    private final String name;
    private final int samples;
    private final Timed<I> timed;
    private final List<Group<I>> groups = new ArrayList<>();
    private final Random random = new Random(SEED);

    /** Makes the next input of a class; not measured. */
    @FunctionalInterface
    public interface Inputs<I> {
        I next() throws Exception;
    }

    /** Does the work and says how many nanoseconds it took. */
    @FunctionalInterface
    public interface Timed<I> {
        long nanoseconds(I input) throws Exception;
    }

    private record Group<I>(String name, Inputs<I> inputs, boolean compared) {}

    /** @param samples measurements of each class */
    public Experiment(String name, int samples, Timed<I> timed) {
        this.name = name;
        this.samples = samples;
        this.timed = timed;
    }

    /** A class that may not differ from the first one. */
    public Experiment<I> group(String groupName, Inputs<I> inputs) {
        groups.add(new Group<>(groupName, inputs, true));
        return this;
    }

    /** A class that differs for a reason which docs/threat-model.md gives; it is measured and not judged. */
    public Experiment<I> differing(String groupName, Inputs<I> inputs) {
        groups.add(new Group<>(groupName, inputs, false));
        return this;
    }

    /** Measures, prints a table, and gives the comparison of each further class with the first. */
    public List<Comparison> run() throws Exception {
        measure(Math.max(samples / 4, 200));
        List<Comparison> comparisons = compare(measure(samples));
        if (comparisons.stream().anyMatch(each -> each.judged() && each.isDoubtful())) {
            comparisons = compare(measure(MORE * samples));
        }
        comparisons.forEach(System.out::println);
        System.out.printf(
                Locale.ROOT,
                "load %.1f%n",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        return comparisons;
    }

    private List<Comparison> compare(long[][] times) {
        List<Comparison> comparisons = new ArrayList<>();
        for (int i = 1; i < times.length; i++) {
            Group<I> other = groups.get(i);
            comparisons.add(
                    Comparison.of(name, groups.getFirst().name(), other.name(), other.compared(), times[0], times[i]));
        }
        return comparisons;
    }

    private long[][] measure(int perGroup) throws Exception {
        long[][] times = new long[groups.size()][perGroup];
        int[] counts = new int[times.length];
        for (int left = perGroup * times.length; left > 0; ) {
            int group = random.nextInt(times.length);
            if (counts[group] < perGroup) {
                I input = groups.get(group).inputs().next();
                times[group][counts[group]++] = timed.nanoseconds(input);
                left--;
            }
        }
        return times;
    }
}
