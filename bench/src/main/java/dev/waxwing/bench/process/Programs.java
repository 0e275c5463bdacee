package dev.waxwing.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of this machine that a subject starts. */
public final class Programs {

    private static final long PATIENCE_MINUTES = 10;

    private Programs() {}

    /** Where a program is; also in the directories of daemons, which are not on everybody's path. */
    public static Optional<Path> find(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Says what is missing if one of the programs is. */
    public static Optional<String> missing(String bringsThem, String... programs) {
        return Stream.of(programs)
                .filter(program -> find(program).isEmpty())
                .findFirst()
                .map(program -> "%s is not installed (Debian and Ubuntu: %s)".formatted(program, bringsThem));
    }

    /** The whole path of a program that {@link #missing} did not find missing. */
    public static String path(String program) throws IOException {
        return find(program)
                .orElseThrow(() -> new IOException(program + " is not installed"))
                .toString();
    }

    /**
     * Runs a program to its end.
     *
     * @param log gets what it says
     * @throws IOException if it fails or takes longer than ten minutes
     */
    public static void run(List<String> command, Path log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        boolean ended = false;
        try {
            ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        } finally {
            if (!ended) {
                process.destroyForcibly();
            }
        }
        if (!ended || process.exitValue() != 0) {
            throw new IOException("%s failed; see %s".formatted(command.getFirst(), log));
        }
    }
}
