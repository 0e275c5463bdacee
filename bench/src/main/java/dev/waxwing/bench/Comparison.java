package dev.waxwing.bench;

import org.jspecify.annotations.Nullable;

/**
 * Two subjects of a group whose ratio is of interest.
 *
 * @param ours name of a subject of Waxwing
 * @param peer name of another subject
 * @param goal what the median of the ratio should reach, or null if there is none
 */
public record Comparison(String ours, String peer, @Nullable Double goal) {

    /** A ratio that is only told. */
    public static Comparison of(String ours, String peer) {
        return new Comparison(ours, peer, null);
    }

    /** A ratio with a goal. */
    public static Comparison of(String ours, String peer, double goal) {
        return new Comparison(ours, peer, goal);
    }
}
