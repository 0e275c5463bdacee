package dev.waxwing.bench;

/**
 * What a subject did once.
 *
 * @param amount bytes, handshakes, messages: what the group counts
 * @param seconds how long it took
 * @param cpuSeconds user and system time of all processes of the subject, at both ends
 */
public record Sample(double amount, double seconds, double cpuSeconds) {

    public Sample {
        if (!(amount > 0) || !(seconds > 0) || cpuSeconds < 0) {
            throw new IllegalArgumentException(
                    "not a sample: %s in %s s, CPU %s s".formatted(amount, seconds, cpuSeconds));
        }
    }

    /** Amount per second. */
    double rate() {
        return amount / seconds;
    }
}
