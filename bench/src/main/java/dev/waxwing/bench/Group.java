package dev.waxwing.bench;

import java.util.List;

/**
 * Subjects that do the same work.
 *
 * @param name as on the command line; also the name of the files with the results
 * @param title one line for people: what one sample is
 * @param measure what the figures mean
 * @param warmUps samples of each subject that are thrown away before the first round
 * @param subjects in the order in which each round takes them; the first one is Waxwing
 * @param comparisons what is compared
 */
public record Group(
        String name, String title, Measure measure, int warmUps, List<Subject> subjects, List<Comparison> comparisons) {

    public Group {
        subjects = List.copyOf(subjects);
        comparisons = List.copyOf(comparisons);
    }
}
