package dev.waxwing.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Before which statements and commits a server is killed: one that is drawn, with {@code -Dwaxwing.crash.steps=all} every one, with
 * {@code =9,17} those.
 */
final class CrashSteps {

    private static final int MORE_THAN_THERE_ARE = 1_000;

    private CrashSteps() {}

    /** A server that is stopped before a step, killed, and judged. */
    interface Round {

        /**
         * @param home a new directory
         * @return false if everything was over before that step
         */
        boolean killedBefore(int step, Path home) throws Exception;
    }

    /**
     * Goes on with the next step until one comes too late.
     *
     * @param usual how many there are, about: the one that is drawn is among these
     */
    static void each(int usual, Path directory, Round round) {
        for (int step : steps(usual)) {
            try {
                if (!round.killedBefore(step, Files.createDirectory(directory.resolve("step-" + step)))) {
                    return;
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "killed before step %1$d, to be tried again with -Dwaxwing.crash.steps=%1$d".formatted(step),
                        e);
            }
        }
    }

    private static List<Integer> steps(int usual) {
        String chosen = System.getProperty("waxwing.crash.steps", "random");
        return switch (chosen) {
            case "random" -> List.of(1 + new Random().nextInt(usual));
            case "all" -> IntStream.rangeClosed(1, MORE_THAN_THERE_ARE).boxed().toList();
            default -> Stream.of(chosen.split(",")).map(Integer::valueOf).toList();
        };
    }
}
