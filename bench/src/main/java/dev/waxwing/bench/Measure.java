package dev.waxwing.bench;

/**
 * What the figures of a group mean. A figure is a sample's amount per second.
 *
 * @param unit on the axis, such as {@code MB/s}
 * @param divisor what the amount per second is divided by to be shown in that unit
 * @param decimals how many are shown
 * @param lessIsBetter whether a smaller figure is the better one
 * @param work for which CPU time is told, such as {@code GB}; empty if CPU time says nothing here
 * @param workAmount how much of the amount that is
 */
public record Measure(String unit, double divisor, int decimals, boolean lessIsBetter, String work, double workAmount) {

    /** Amounts are bytes. */
    public static final Measure MEGABYTES_PER_SECOND = new Measure("MB/s", 1e6, 0, false, "GB", 1e9);

    /** Amounts are handshakes. */
    public static final Measure HANDSHAKES_PER_SECOND =
            new Measure("handshakes/s", 1, 0, false, "1,000 handshakes", 1e3);

    double of(Sample sample) {
        return sample.rate() / divisor;
    }

    /** CPU seconds for a fixed amount of work, so that subjects whose samples differ in size can be compared. */
    double cpuSeconds(Sample sample) {
        return sample.cpuSeconds() / sample.amount() * workAmount;
    }

    boolean countsCpu() {
        return !work.isEmpty();
    }

    boolean meets(double ratio, double goal) {
        return lessIsBetter ? ratio <= goal : ratio >= goal;
    }
}
