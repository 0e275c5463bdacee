package dev.waxwing.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM holds after a full collection.
 *
 * @param bytes live in its heap
 * @param resident kilobytes of its memory that are in RAM, which depends on how the collector sizes the heap
 * @param classes live bytes of each class
 */
public record Heap(long bytes, long resident, Map<String, Long> classes) {

    /** Rank, instances, bytes, class. */
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");

    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    public Heap {
        classes = Map.copyOf(classes);
    }

    /** Makes the JVM collect its garbage, and looks at what is left. */
    public static Heap of(long pid) throws IOException, InterruptedException {
        long bytes = -1;
        Map<String, Long> classes = new LinkedHashMap<>();
        for (String line : histogram(pid)) {
            Matcher entry = LINE.matcher(line);
            Matcher total = TOTAL.matcher(line);
            if (entry.matches()) {
                classes.merge(entry.group(2), Long.parseLong(entry.group(1)), Long::sum);
            } else if (total.matches()) {
                bytes = Long.parseLong(total.group(1));
            }
        }
        if (bytes < 0) {
            throw new IOException("process %d has no histogram".formatted(pid));
        }
        return new Heap(bytes, resident(pid), classes);
    }

    private static List<String> histogram(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(pid),
                        "GC.class_histogram")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd ended with %d: %s".formatted(jcmd.exitValue(), out));
        }
        return out.lines().toList();
    }

    /** The most kilobytes of a process that were in RAM at once. */
    public static long peakResident(long pid) throws IOException {
        return status(pid, "VmHWM");
    }

    private static long resident(long pid) throws IOException {
        return status(pid, "VmRSS");
    }

    private static long status(long pid, String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("process %d has no %s".formatted(pid, field));
    }

    /**
     * What has been added since, divided by a number of things, as a table of the classes that take the most.
     *
     * @param things by which memory grew
     */
    public String growthSince(Heap before, int things, int rows) {
        StringBuilder table = new StringBuilder();
        table.append("heap %,d bytes, resident %,d KiB each; the %d largest classes:%n"
                .formatted((bytes - before.bytes) / things, (resident - before.resident) / things, rows));
        classes.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), entry.getValue() - before.classes.getOrDefault(entry.getKey(), 0L)))
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(rows)
                .forEach(entry -> table.append(
                        "%,8d  %s%n".formatted(Math.round((double) entry.getValue() / things), entry.getKey())));
        return table.toString();
    }
}
