package dev.waxwing.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the figures depend on beside the programs.
 *
 * @param memory in bytes
 * @param fileSystem of the work directory
 */
record Machine(String cpu, int cores, long memory, String kernel, String fileSystem, String jdk) {

    private static final long KIBIBYTE = 1024;

    /** @param work exists */
    static Machine here(Path work) throws IOException {
        return new Machine(
                field(Path.of("/proc/cpuinfo"), "model name"),
                Runtime.getRuntime().availableProcessors(),
                kibibytes(field(Path.of("/proc/meminfo"), "MemTotal")),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                Files.getFileStore(work).type(),
                System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }

    private static long kibibytes(String field) {
        String digits = field.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : KIBIBYTE * Long.parseLong(digits);
    }

    /** One line for people. */
    String description() {
        return "%s, %d cores, %.0f GiB, %s, %s; %s".formatted(cpu, cores, memory / 0x1p30, kernel, fileSystem, jdk);
    }
}
