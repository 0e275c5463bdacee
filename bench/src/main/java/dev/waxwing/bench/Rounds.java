package dev.waxwing.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Takes subjects in turn, so that what changes on the machine meanwhile meets all of them alike. */
final class Rounds {

    private final int count;
    private final int warmUps;
    private final Progress progress;

    /** Hears how far the run is. */
    @FunctionalInterface
    interface Progress {

        void at(String what);
    }

    Rounds(int count, int warmUps, Progress progress) {
        this.count = count;
        this.warmUps = warmUps;
        this.progress = progress;
    }

    /**
     * @param subjects nothing is missing for any of them
     * @param work where each gets a directory
     */
    List<Series> run(List<Subject> subjects, Path work) throws IOException, InterruptedException {
        Deque<Subject> started = new ArrayDeque<>();
        try {
            for (Subject subject : subjects) {
                progress.at("starting " + subject.name());
                started.push(subject);
                subject.start(Files.createDirectories(work.resolve(subject.name())));
            }
            for (int warmUp = 1; warmUp <= warmUps; warmUp++) {
                round(subjects, "warm-up %d of %d".formatted(warmUp, warmUps));
            }
            List<List<Sample>> rounds = new ArrayList<>();
            for (int round = 1; round <= count; round++) {
                rounds.add(round(subjects, "round %d of %d".formatted(round, count)));
            }
            return series(subjects, rounds);
        } finally {
            close(started);
        }
    }

    private List<Sample> round(List<Subject> subjects, String which) throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (Subject subject : subjects) {
            progress.at(which + ": " + subject.name());
            samples.add(subject.sample());
        }
        return samples;
    }

    private static List<Series> series(List<Subject> subjects, List<List<Sample>> rounds) {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            int place = i;
            series.add(new Series(
                    subjects.get(i).name(),
                    rounds.stream().map(round -> round.get(place)).toList()));
        }
        return series;
    }

    /** Last started, first closed; one that cannot be closed does not keep the others open. */
    private static void close(Deque<Subject> started) throws IOException {
        if (started.isEmpty()) {
            return;
        }
        try (Subject _ = started.removeLast()) {
            close(started);
        }
    }
}
