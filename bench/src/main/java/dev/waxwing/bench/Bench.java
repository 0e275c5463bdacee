package dev.waxwing.bench;

import dev.waxwing.bench.handshake.Handshakes;
import dev.waxwing.bench.idle.Idle;
import dev.waxwing.bench.message.Messages;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.scale.Scale;
import dev.waxwing.bench.upload.Uploads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** Measures what the command line names; {@code bench/run} starts it. */
public final class Bench {

    private static final Map<String, GroupMaker> GROUPS = groups();

    /** Single steps, which are no group: nothing is compared. */
    private static final String STEPS = "micro";

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
        groups.put("messages", Messages::group);
        groups.put("idle", Idle::group);
        return groups;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path target = repository().resolve("bench/target");
        Options options;
        try {
            options = Options.parse(List.of(arguments), known(), target.resolve("results"));
        } catch (Options.UsageException wrong) {
            System.err.println("bench/run: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        Path work = Files.createDirectories(target.resolve("work"));
        Files.createDirectories(options.out());
        Setting setting = new Setting(repository(), work, options.quick(), options.warmUp());
        boolean worked = new Bench(options, setting, Machine.here(work), Clock.systemUTC(), System.out).run();
        System.exit(worked ? 0 : 1);
    }

    private static List<String> known() {
        List<String> known = new ArrayList<>(GROUPS.keySet());
        known.add(Scale.NAME);
        known.add(STEPS);
        return known;
    }

    /** Told by {@code bench/run}. */
    private static Path repository() {
        return Path.of(System.getProperty("waxwing.bench.repository", ".")).toAbsolutePath();
    }

    /** Whether everything could be measured; what one group breaks does not keep the others from it. */
    private boolean run() throws InterruptedException {
        out.println(machine.description());
        boolean worked = true;
        for (String name : options.groups()) {
            try {
                run(name);
            } catch (IOException | RunnerException failed) {
                System.err.println(name + " failed; what its processes said is in " + setting.work());
                failed.printStackTrace();
                worked = false;
            }
        }
        return worked;
    }

    private void run(String name) throws IOException, InterruptedException, RunnerException {
        GroupMaker maker = GROUPS.get(name);
        if (maker != null) {
            compare(maker);
        } else if (name.equals(Scale.NAME)) {
            Scale.run(setting, machine.description(), now(), options.out(), out);
        } else {
            runSteps();
        }
    }

    private void compare(GroupMaker maker) throws IOException, InterruptedException {
        Result result = measure(maker.make(setting));
        Report.print(result, out);
        write(result.group() + ".json", ResultJson.write(result));
        write(result.group() + ".svg", Chart.of(result));
    }

    private void runSteps() throws IOException, RunnerException {
        Path log = setting.work().resolve(STEPS + ".log");
        System.err.println(STEPS + ": running; JMH writes into " + log);
        Steps steps = Steps.measure(options.quick(), now(), machine, log.toString());
        steps.print(out);
        write(STEPS + ".json", steps.json());
    }

    private void write(String name, String content) throws IOException {
        Path file = options.out().resolve(name);
        Files.writeString(file, content);
        out.println("Written: " + file);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
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
        return Result.of(group, options.quick(), now(), machine, series, missing);
    }
}
