package dev.waxwing.bench;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** The figures as text. */
final class Report {

    private Report() {}

    static void print(Result result, PrintStream out) {
        Measure measure = result.measure();
        out.printf("%n%s%s%n", result.title(), result.quick() ? " (QUICK RUN: small sizes, few rounds)" : "");
        out.printf("%d interleaved rounds; median (lower quartile - upper quartile)%n%n", result.rounds());
        row(out, "subject", measure.unit(), measure.countsCpu() ? "CPU s per " + measure.work() : "");
        for (Series series : result.series()) {
            row(
                    out,
                    series.name(),
                    text(series.figures(measure), measure.decimals()),
                    measure.countsCpu() ? text(series.cpuSeconds(measure), 2) : "");
        }
        result.missing().forEach(missing -> out.printf("  %-20s left out: %s%n", missing.name(), missing.why()));
        out.println();
        result.ratios().forEach(ratio -> print(ratio, measure, out));
        out.println();
    }

    private static void row(PrintStream out, String name, String figures, String cpu) {
        out.println("  %-20s %32s %32s".formatted(name, figures, cpu).stripTrailing());
    }

    private static void print(Ratio ratio, Measure measure, PrintStream out) {
        Comparison comparison = ratio.comparison();
        Quartiles quartiles = ratio.quartiles();
        out.printf(
                "  %-44s %s%s%n",
                comparison.ours() + " / " + comparison.peer(),
                text(quartiles, 2),
                verdict(comparison.goal(), quartiles.median(), measure));
    }

    private static String verdict(@Nullable Double goal, double median, Measure measure) {
        if (goal == null) {
            return "";
        }
        String limit = measure.lessIsBetter() ? "at most" : "at least";
        return "  goal %s %s: %s".formatted(limit, goal, measure.meets(median, goal) ? "met" : "NOT MET");
    }

    static String text(Quartiles quartiles, int decimals) {
        return "%s (%s - %s)"
                .formatted(
                        Figures.text(quartiles.median(), decimals),
                        Figures.text(quartiles.lower(), decimals),
                        Figures.text(quartiles.upper(), decimals));
    }
}
