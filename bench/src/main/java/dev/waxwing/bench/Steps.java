package dev.waxwing.bench;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What single steps cost, measured by JMH in processes of its own.
 *
 * @param steps in JMH's order
 */
record Steps(boolean quick, Instant at, Machine machine, List<Step> steps) {

    private static final String INCLUDE = "dev\\.waxwing\\.bench\\.micro\\..*";
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    Steps {
        steps = List.copyOf(steps);
    }

    /**
     * One step under one choice of parameters.
     *
     * @param microseconds for doing it once; one figure for each iteration
     * @param allocatedBytes on the heap, for doing it once
     */
    record Step(String name, Map<String, String> parameters, Quartiles microseconds, double allocatedBytes) {}

    /** @param log gets what JMH says while it runs */
    static Steps measure(boolean quick, Instant at, Machine machine, String log) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(INCLUDE)
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .warmupIterations(quick ? 2 : 5)
                .measurementIterations(quick ? 3 : 10)
                .warmupTime(TimeValue.milliseconds(quick ? 300 : 1_000))
                .measurementTime(TimeValue.milliseconds(quick ? 100 : 1_000))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgs("-Xmx256m", "--enable-native-access=ALL-UNNAMED")
                .output(log);
        Collection<RunResult> results = new Runner(options.build()).run();
        return new Steps(quick, at, machine, results.stream().map(Steps::step).toList());
    }

    private static Step step(RunResult result) {
        BenchmarkParams benchmark = result.getParams();
        Map<String, String> parameters = new TreeMap<>();
        benchmark.getParamsKeys().forEach(key -> parameters.put(key, benchmark.getParam(key)));
        String name = benchmark.getBenchmark();
        return new Step(
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                parameters,
                Quartiles.of(iterations(result)),
                allocation(result));
    }

    private static double[] iterations(RunResult result) {
        return result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
    }

    @SuppressWarnings("rawtypes") // As JMH declares its map.
    private static double allocation(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ALLOCATION))
                .mapToDouble(entry -> entry.getValue().getScore())
                .findFirst()
                .orElseThrow();
    }

    void print(PrintStream out) {
        out.printf("%nSingle steps in one thread%s%n", quick ? " (QUICK RUN: short iterations)" : "");
        out.printf("Microseconds, median (lower quartile - upper quartile); bytes allocated%n%n");
        for (Step step : steps) {
            out.printf(
                    "  %-34s %-62s %30s %12s%n",
                    step.name(),
                    String.join(", ", step.parameters().values()),
                    Report.text(step.microseconds(), 2),
                    Figures.text(step.allocatedBytes(), 0));
        }
        out.println();
    }

    String json() {
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(this)
                + "\n";
    }
}
