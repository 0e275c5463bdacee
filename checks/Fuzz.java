import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Gives every fuzz target of a module to Jazzer, one after the other, each in a process of its own:
 * {@code Fuzz MODULE SECONDS PATTERN CLASSPATH}. A target is a test class whose name ends in {@code Fuzz}; PATTERN chooses
 * among them by their simple names. Prints one line for each target, and fails if there was a finding.
 */
final class Fuzz {
    private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units:\\s+(\\d+)");

    /** What Jazzer says before each finding. */
    private static final String FINDING = "== Java Exception: ";

    private record Result(long executions, long findings) {}

    static void main(String[] args) throws IOException, InterruptedException {
        Path target = Path.of(args[0], "target");
        List<String> classes = targets(target.resolve("test-classes"), Pattern.compile(args[2]));
        boolean clean = true;
        for (String name : classes) {
            String simple = name.substring(name.lastIndexOf('.') + 1);
            Path work = Files.createDirectories(target.resolve("fuzz").resolve(simple));
            long started = System.nanoTime();
            Result result = run(name, work, target.resolve("test-classes/fuzz").resolve(simple), args[1], args[3]);
            long seconds = Duration.ofNanos(System.nanoTime() - started).toSeconds();
            System.out.printf(
                    "%-28s %,14d executions in %,6d s %3d findings%n",
                    simple, result.executions(), seconds, result.findings());
            if (result.findings() > 0) {
                System.out.println("    see " + work);
                clean = false;
            }
        }
        if (!clean) {
            System.exit(1);
        }
    }

    private static List<String> targets(Path classes, Pattern wanted) throws IOException {
        if (!Files.isDirectory(classes)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith("Fuzz.class"))
                    .map(file -> file.substring(0, file.length() - ".class".length())
                            .replace(java.io.File.separatorChar, '.'))
                    // The class that every target uses is called so as well.
                    .filter(name -> !name.endsWith(".Fuzz"))
                    .filter(name -> wanted.matcher(name.substring(name.lastIndexOf('.') + 1))
                            .matches())
                    .sorted()
                    .toList();
        }
    }

    private static Result run(String name, Path work, Path seeds, String seconds, String classpath)
            throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("corpus"));
        Files.createDirectories(work.resolve("findings"));
        Path log = work.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx900m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classpath,
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + name,
                "--instrumentation_includes=dev.waxwing.**",
                "--reproducer_path=" + work.resolve("findings"),
                "-artifact_prefix=" + work.resolve("findings") + "/",
                "-max_total_time=" + seconds,
                "-timeout=30",
                "-max_len=20000",
                "-print_final_stats=1",
                work.resolve("corpus").toString()));
        if (Files.isDirectory(seeds)) {
            command.add(seeds.toString());
        }
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        long executions = 0;
        long findings = 0;
        for (String line : lines(log)) {
            Matcher matcher = EXECUTIONS.matcher(line);
            if (matcher.find()) {
                executions = Long.parseLong(matcher.group(1));
            }
            if (line.startsWith(FINDING)) {
                findings++;
            }
        }
        return new Result(executions, exit == 0 ? 0 : Math.max(1, findings));
    }

    private static List<String> lines(Path log) {
        try {
            // What the fuzzer prints of its inputs need not be UTF-8.
            return Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
