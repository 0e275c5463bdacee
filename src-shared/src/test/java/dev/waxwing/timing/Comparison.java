package dev.waxwing.timing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * How two classes compare.
 *
 * @param judged whether a difference counts as a leak
 * @param samples of each class
 * @param firstMedian of all measurements, in nanoseconds
 * @param secondMedian of all measurements, in nanoseconds
 * @param loudest of all crops the one that differs most
 */
public record Comparison(
        String experiment,
        String first,
        String second,
        boolean judged,
        int samples,
        long firstMedian,
        long secondMedian,
        Crop loudest) {

    /** Below this there is no evidence of a difference; between the two the question is asked again with more samples. */
    private static final double EVIDENCE = 4.5;

    /** Beyond this there is a difference. */
    private static final double CERTAINTY = 10;

    /** Scheduler, collector and compiler make the slowest measurements: each crop leaves more of them out. */
    private static final int CROPS = 20;

    /** Fewer of one class say nothing. */
    private static final int FEWEST = 100;

    private static final double RELATIVE = 0.01;
    private static final double ABSOLUTE = 200;

    /**
     * What is left of both classes without the slowest measurements.
     *
     * @param share of all measurements, from the fastest on
     * @param t Welch's; positive if the second class is slower
     */
    record Crop(double share, Sample a, Sample b, double t) {

        static Crop of(double share, double below, long[] first, long[] second) {
            Sample a = Sample.of(first, below);
            Sample b = Sample.of(second, below);
            double error = Math.sqrt(a.variance / a.n + b.variance / b.n);
            boolean enough = a.n >= FEWEST && b.n >= FEWEST && error > 0;
            return new Crop(share, a, b, enough ? (b.mean - a.mean) / error : 0);
        }

        double loudness() {
            return Math.abs(t);
        }

        /** Nanoseconds by which the second class is slower. */
        double difference() {
            return b.mean - a.mean;
        }
    }

    /** @param mean nanoseconds */
    record Sample(int n, double mean, double variance) {

        static Sample of(long[] times, double below) {
            double[] kept = Arrays.stream(times)
                    .filter(time -> time < below)
                    .asDoubleStream()
                    .toArray();
            double mean = Arrays.stream(kept).average().orElse(0);
            double squares = Arrays.stream(kept)
                    .map(time -> (time - mean) * (time - mean))
                    .sum();
            return new Sample(kept.length, mean, squares / Math.max(1, kept.length - 1));
        }
    }

    static Comparison of(String experiment, String first, String second, boolean judged, long[] a, long[] b) {
        long[] pooled =
                LongStream.concat(Arrays.stream(a), Arrays.stream(b)).sorted().toArray();
        Crop loudest = Crop.of(1, Double.POSITIVE_INFINITY, a, b);
        for (int i = 1; i <= CROPS; i++) {
            double share = 1 - Math.pow(0.5, 10.0 * i / CROPS);
            Crop crop = Crop.of(share, pooled[(int) (share * (pooled.length - 1))], a, b);
            loudest = crop.loudness() > loudest.loudness() ? crop : loudest;
        }
        return new Comparison(experiment, first, second, judged, a.length, median(a), median(b), loudest);
    }

    private static long median(long[] times) {
        return Arrays.stream(times).sorted().skip(times.length / 2).findFirst().orElseThrow();
    }

    /** Whether more samples are needed to tell. */
    boolean isDoubtful() {
        return loudest.loudness() >= EVIDENCE && !isCertain();
    }

    /** Whether the classes differ. */
    public boolean isCertain() {
        return loudest.loudness() > CERTAINTY;
    }

    /** Whether two classes that may not differ do so by more than what cache and compiler make of it: 1 % or 200 ns. */
    public boolean isLeak() {
        return judged && exceeds(Math.min(ABSOLUTE, RELATIVE * Math.min(loudest.a.mean, loudest.b.mean)));
    }

    /** Whether they differ by more than so many nanoseconds. */
    public boolean exceeds(double nanoseconds) {
        return isCertain() && Math.abs(loudest.difference()) > nanoseconds;
    }

    /** A line of a Markdown table. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s%s | %,d | %,d | %,d | %+,.0f (of %.0f %%) | %+.1f |",
                experiment,
                first,
                second,
                judged ? "" : " *",
                samples,
                firstMedian,
                secondMedian,
                loudest.difference(),
                100 * loudest.share,
                loudest.t);
    }
}
