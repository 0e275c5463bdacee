package dev.waxwing.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CPU time that processes have used, user and system, from {@code /proc/PID/stat}: that of the given processes, of all
 * that descend from them, and of children that have ended and were waited for.
 *
 * <p>Processes that this one starts for a single sample count too, once they have ended: samples are taken one after the
 * other, so whatever ended during one belongs to it.
 */
public final class CpuTime {

    /** USER_HZ, in which the kernel counts for /proc on every architecture that has a JDK 25. */
    private static final double TICKS_PER_SECOND = 100;

    /** Places after the command's name, which ends with the last parenthesis. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    private final List<Long> processes;

    /** @param processes that live longer than a sample */
    public CpuTime(List<Long> processes) {
        this.processes = List.copyOf(processes);
    }

    /** Seconds so far; only the difference of two readings means something. */
    public double read() throws IOException {
        double ticks = endedChildren();
        for (long process : processes) {
            ticks += ofTree(process);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static double ofTree(long pid) throws IOException {
        double ticks = ticks(Path.of("/proc/" + pid + "/stat"), USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM);
        try (Stream<ProcessHandle> descendants = ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants)) {
            for (ProcessHandle child : descendants.toList()) {
                ticks += ticks(Path.of("/proc/" + child.pid() + "/stat"), USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM);
            }
        }
        return ticks;
    }

    private static double endedChildren() throws IOException {
        return ticks(Path.of("/proc/self/stat"), CHILDREN_USER, CHILDREN_SYSTEM);
    }

    private static double ticks(Path stat, int... places) throws IOException {
        String line;
        try {
            line = Files.readString(stat);
        } catch (NoSuchFileException ended) {
            return 0;
        }
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        double sum = 0;
        for (int place : places) {
            sum += Long.parseLong(fields[place]);
        }
        return sum;
    }
}
