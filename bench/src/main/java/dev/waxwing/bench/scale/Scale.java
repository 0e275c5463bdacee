package dev.waxwing.bench.scale;

import dev.waxwing.bench.Setting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Measures how cost grows, each place once after a warm-up, and writes a picture and the figures of each curve. */
public final class Scale {

    /** On the command line. */
    public static final String NAME = "scale";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** What grows, by name. */
    private static final List<Growth> GROWTHS =
            List.of(Rows::measure, Devices::measure, IdleCount::measure, Sizes::measure);

    private Scale() {}

    @FunctionalInterface
    private interface Growth {

        List<Curve> measure(Setting setting, Path work) throws IOException, InterruptedException;
    }

    /**
     * @param machine in words
     * @param out directory of the results
     */
    public static void run(Setting setting, String machine, Instant at, Path out, PrintStream print)
            throws IOException, InterruptedException {
        for (Growth growth : GROWTHS) {
            for (Curve curve : growth.measure(setting, setting.work().resolve(NAME))) {
                print(curve, setting.quick(), print);
                write(curve, setting.quick(), machine, at, out);
            }
        }
    }

    private static void print(Curve curve, boolean quick, PrintStream print) {
        print.printf("%n%s%s: %s%n", curve.title(), quick ? " (QUICK RUN)" : "", curve.up());
        for (Curve.Line line : curve.lines()) {
            print.println("  " + line.name());
            line.points()
                    .forEach(point -> print.printf("  %,14.0f %s %,12.1f%n", point.x(), curve.across(), point.y()));
        }
    }

    private static void write(Curve curve, boolean quick, String machine, Instant at, Path out) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("at", at.toString());
        document.put("quick", quick);
        document.put("machine", machine);
        document.put("curve", curve);
        Files.writeString(out.resolve(curve.name() + ".json"), JSON.writeValueAsString(document) + "\n");
        Files.writeString(out.resolve(curve.name() + ".svg"), CurveChart.of(curve, machine));
    }
}
