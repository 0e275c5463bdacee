package dev.waxwing.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A result as an SVG picture: one bar for each subject, as long as its median, with a mark over the quartiles.
 *
 * <pre>
 *  title
 *  legend
 *        name |██████████████├──┤   median
 *        name |███████├┤            median
 *             0      500     1,000  unit
 *  machine
 * </pre>
 *
 * It needs no font and no script, and follows the reader's choice of light or dark.
 */
final class Chart {

    private static final int WIDTH = 840;
    private static final int MARGIN = 24;
    private static final int BARS_LEFT = 210;
    private static final int BARS_RIGHT = 740;
    private static final int TOP = 104;
    private static final int ROW = 34;
    private static final int BAR = 18;
    private static final int AXIS = 50;
    private static final int FOOT = 44;
    private static final int LETTERS_PER_LINE = 118;

    private static final String STYLE = """
        <style>
          svg { --paper: #ffffff; --ink: #1c2430; --soft: #5c6675; --grid: #dfe3e8; --ours: #2f6f9f; --peer: #a9b3bf;\
         --mark: #1c2430; font-family: system-ui, sans-serif; font-size: 14px }
          @media (prefers-color-scheme: dark) {
            svg { --paper: #151a21; --ink: #e6eaf0; --soft: #9aa5b4; --grid: #2c3541; --ours: #5aa9dd; --peer: #5d6875;\
         --mark: #f4f6f9 }
          }
          .paper { fill: var(--paper) } text { fill: var(--ink) } .soft { fill: var(--soft); font-size: 12px }
          .title { font-size: 17px; font-weight: 600 } .name, .value { dominant-baseline: central }
          .name, .end { text-anchor: end } .middle { text-anchor: middle }
          .ours { fill: var(--ours) } .peer { fill: var(--peer) } .grid { stroke: var(--grid) }
          .mark { stroke: var(--mark); stroke-width: 1.5; fill: none }
        </style>
        """;

    private final Result result;
    private final Axis axis;
    private final StringBuilder svg = new StringBuilder();

    private Chart(Result result) {
        this.result = result;
        this.axis = Axis.upTo(result.series().stream()
                .mapToDouble(series -> series.figures(result.measure()).upper())
                .max()
                .orElse(1));
    }

    static String of(Result result) {
        return new Chart(result).draw();
    }

    private String draw() {
        List<String> foot = foot();
        int bottom = TOP + ROW * result.series().size();
        int height = bottom + AXIS + FOOT + 16 * (foot.size() - 1);
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
                        .formatted(WIDTH, height, WIDTH, height));
        svg.append("<title>%s</title>\n".formatted(escape(heading())));
        svg.append(STYLE);
        svg.append("<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n".formatted(WIDTH, height));
        text("title", MARGIN, 36, heading());
        legend();
        axis(bottom);
        for (int row = 0; row < result.series().size(); row++) {
            bar(result.series().get(row), TOP + ROW * row);
        }
        for (int line = 0; line < foot.size(); line++) {
            text("soft", MARGIN, bottom + AXIS + 22 + 16 * line, foot.get(line));
        }
        return svg.append("</svg>\n").toString();
    }

    private String heading() {
        return result.title() + (result.quick() ? " (quick run)" : "");
    }

    private void legend() {
        int y = 66;
        svg.append(rectangle("ours", MARGIN, y - 6, 12, 12));
        text("soft", MARGIN + 18, y + 4, "Waxwing");
        svg.append(rectangle("peer", MARGIN + 92, y - 6, 12, 12));
        text("soft", MARGIN + 110, y + 4, "others");
        whisker(MARGIN + 172, MARGIN + 196, y);
        text(
                "soft",
                MARGIN + 204,
                y + 4,
                "lower to upper quartile; bar and figure: median of %d rounds; %s is better"
                        .formatted(result.rounds(), result.measure().lessIsBetter() ? "less" : "more"));
    }

    private void axis(int bottom) {
        for (double tick : axis.ticks()) {
            double x = x(tick);
            svg.append(line("grid", x, TOP - 6, x, bottom));
            text("soft middle", x, bottom + 18, Figures.text(tick, axis.decimals()));
        }
        text(
                "soft middle",
                (BARS_LEFT + BARS_RIGHT) / 2.0,
                bottom + 38,
                result.measure().unit());
    }

    private void bar(Series series, int top) {
        Quartiles figures = series.figures(result.measure());
        double middle = top + ROW / 2.0 - 4;
        text("name", BARS_LEFT - 10, middle, series.name());
        svg.append(rectangle(
                series.name().startsWith("waxwing") ? "ours" : "peer",
                BARS_LEFT,
                middle - BAR / 2.0,
                Math.max(1, x(figures.median()) - BARS_LEFT),
                BAR));
        whisker(x(figures.lower()), x(figures.upper()), middle);
        text(
                "value",
                Math.max(x(figures.upper()), x(figures.median())) + 8,
                middle,
                Figures.text(figures.median(), result.measure().decimals()));
    }

    private void whisker(double from, double to, double y) {
        svg.append("<path class=\"mark\" d=\"M%s %sv10m0 -5H%sm0 -5v10\"/>\n"
                .formatted(number(from), number(y - 5), number(to)));
    }

    /** What the figures were measured on, in lines that fit. */
    private List<String> foot() {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : result.machine().description().split(" ")) {
            if (line.length() + word.length() > LETTERS_PER_LINE) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private double x(double value) {
        return BARS_LEFT + (BARS_RIGHT - BARS_LEFT) * value / axis.end();
    }

    private void text(String style, double x, double y, String text) {
        svg.append("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n"
                .formatted(style, number(x), number(y), escape(text)));
    }

    private static String rectangle(String style, double x, double y, double width, double height) {
        return "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"/>\n"
                .formatted(style, number(x), number(y), number(width), number(height));
    }

    private static String line(String style, double x1, double y1, double x2, double y2) {
        return "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
                .formatted(style, number(x1), number(y1), number(x2), number(y2));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /**
     * From 0 to a round number.
     *
     * @param step between two ticks: 1, 2 or 5 times a power of ten
     */
    record Axis(double step, int count) {

        private static final int MOST_STEPS = 6;

        /** One that holds the value and has at most six steps. */
        static Axis upTo(double value) {
            double step = Math.pow(10, Math.floor(Math.log10(value / MOST_STEPS)));
            for (double times : new double[] {1, 2, 5}) {
                if (times * step * MOST_STEPS >= value) {
                    return of(times * step, value);
                }
            }
            return of(10 * step, value);
        }

        private static Axis of(double step, double value) {
            return new Axis(step, (int) Math.ceil(value / step));
        }

        double end() {
            return step * count;
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            for (int i = 0; i <= count; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }

        int decimals() {
            return Math.max(0, (int) -Math.floor(Math.log10(step)));
        }
    }
}
