package dev.waxwing.bench;

import dev.waxwing.bench.handshake.Handshakes;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.upload.Uploads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures what the command line names; {@code bench/run} starts it. */
public final class Bench {

    private static final Map<String, GroupMaker> GROUPS = groups();

    private final Options options;
    private final Setting setting;
    private final Machine machine;
    private final Clock clock;
    private final PrintStream out;

    private Bench(Options options, Setting setting, Machine machine, Clock clock, PrintStream out) {
        this.options = options;
        this.setting = setting;
        this.machine = machine;
        this.clock = clock;
        this.out = out;
    }

    /** Makes a group for a run. */
    @FunctionalInterface
    private interface GroupMaker {

        Group make(Setting setting) throws IOException;
    }

    private static Map<String, GroupMaker> groups() {
        Map<String, GroupMaker> groups = new LinkedHashMap<>();
        groups.put("upload", Uploads::group);
        groups.put("handshake", Handshakes::group);
        return groups;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path target = repository().resolve("bench/target");
        Options options;
        try {
            options = Options.parse(List.of(arguments), List.copyOf(GROUPS.keySet()), target.resolve("results"));
        } catch (Options.UsageException wrong) {
            System.err.println("bench/run: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        Path work = Files.createDirectories(target.resolve("work"));
        Files.createDirectories(options.out());
        Setting setting = new Setting(repository(), work, options.quick());
        new Bench(options, setting, Machine.here(work), Clock.systemUTC(), System.out).run();
    }

    /** Told by {@code bench/run}. */
    private static Path repository() {
        return Path.of(System.getProperty("waxwing.bench.repository", ".")).toAbsolutePath();
    }

    private void run() throws IOException, InterruptedException {
        out.println(machine.description());
        for (String name : options.groups()) {
            Result result = measure(GROUPS.get(name).make(setting));
            Report.print(result, out);
            Path json = options.out().resolve(name + ".json");
            Path svg = options.out().resolve(name + ".svg");
            Files.writeString(json, ResultJson.write(result));
            Files.writeString(svg, Chart.of(result));
            out.println("Written: " + json + ", " + svg);
        }
    }

    private Result measure(Group group) throws IOException, InterruptedException {
        List<Subject> present = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        for (Subject subject : group.subjects()) {
            if (options.includes(group, subject)) {
                subject.missing()
                        .ifPresentOrElse(
                                why -> missing.add(new Missing(subject.name(), why)), () -> present.add(subject));
            }
        }
        missing.forEach(left -> System.err.println("Skipped: " + left.name() + ": " + left.why()));
        Path work = setting.work().resolve(group.name());
        Disk.remove(work);
        Rounds rounds =
                new Rounds(options.pairs(), group.warmUps(), what -> System.err.println(group.name() + ": " + what));
        List<Series> series = rounds.run(present, work);
        Disk.remove(work);
        return Result.of(
                group, options.quick(), clock.instant().truncatedTo(ChronoUnit.SECONDS), machine, series, missing);
    }
}
