package dev.waxwing.bench.scale;

import java.util.List;
import java.util.Locale;

/** A curve as an SVG picture with a logarithmic axis across. It needs no font and no script, and follows light or dark. */
final class CurveChart {

    private static final int WIDTH = 840;
    private static final int HEIGHT = 420;
    private static final int LEFT = 110;
    private static final int RIGHT = 690;
    private static final int TOP = 80;
    private static final int BOTTOM = 330;
    private static final int TICKS = 5;

    private static final String STYLE = """
        <style>
          svg { --paper: #ffffff; --ink: #1c2430; --soft: #5c6675; --grid: #dfe3e8; --a: #2f6f9f; --b: #b3552e; --c: #4b7f3a;\
         font-family: system-ui, sans-serif; font-size: 13px }
          @media (prefers-color-scheme: dark) {
            svg { --paper: #151a21; --ink: #e6eaf0; --soft: #9aa5b4; --grid: #2c3541; --a: #5aa9dd; --b: #e08a5f; --c: #83bd6e }
          }
          .paper { fill: var(--paper) } text { fill: var(--ink) } .soft { fill: var(--soft); font-size: 12px }
          .title { font-size: 17px; font-weight: 600 } .grid { stroke: var(--grid) }
          .middle { text-anchor: middle } .end { text-anchor: end }
          .line { fill: none; stroke-width: 2 }
          .l0 { stroke: var(--a) } .l1 { stroke: var(--b) } .l2 { stroke: var(--c) }
        </style>
        """;

    private final Curve curve;
    private final String machine;
    private final double first;
    private final double last;
    private final double highest;
    private final StringBuilder svg = new StringBuilder();

    private CurveChart(Curve curve, String machine) {
        this.curve = curve;
        this.machine = machine;
        this.first = points().stream().mapToDouble(Curve.Point::x).min().orElse(1);
        this.last = points().stream().mapToDouble(Curve.Point::x).max().orElse(10);
        this.highest =
                roundUp(points().stream().mapToDouble(Curve.Point::y).max().orElse(1));
    }

    static String of(Curve curve, String machine) {
        return new CurveChart(curve, machine).draw();
    }

    private List<Curve.Point> points() {
        return curve.lines().stream().flatMap(line -> line.points().stream()).toList();
    }

    /** To 1, 2 or 5 times a power of ten. */
    static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
        for (double times : new double[] {1, 2, 5}) {
            if (times * power >= value) {
                return times * power;
            }
        }
        return 10 * power;
    }

    private String draw() {
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
                        .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append("<title>%s</title>\n".formatted(escape(curve.title()))).append(STYLE);
        svg.append("<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n".formatted(WIDTH, HEIGHT));
        text("title", 24, 36, curve.title());
        text("soft", 24, 62, curve.up());
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = highest * tick / TICKS;
            grid(LEFT, y(value), RIGHT, y(value));
            text("soft end", LEFT - 10, y(value) + 4, number(value));
        }
        points().stream().mapToDouble(Curve.Point::x).distinct().sorted().forEach(value -> {
            grid(x(value), TOP, x(value), BOTTOM);
            text("soft middle", x(value), BOTTOM + 20, number(value));
        });
        text("soft middle", (LEFT + RIGHT) / 2.0, BOTTOM + 42, curve.across());
        for (int i = 0; i < curve.lines().size(); i++) {
            line(curve.lines().get(i), i);
        }
        text("soft", 24, HEIGHT - 14, machine);
        return svg.append("</svg>\n").toString();
    }

    private void line(Curve.Line line, int place) {
        StringBuilder path = new StringBuilder();
        for (Curve.Point point : line.points()) {
            path.append("%s%.1f %.1f".formatted(path.isEmpty() ? "M" : "L", x(point.x()), y(point.y())));
        }
        svg.append("<path class=\"line l%d\" d=\"%s\"/>\n".formatted(place % 3, path));
        Curve.Point end = line.points().getLast();
        text("name", x(end.x()) + 10, y(end.y()) + 4, line.name());
    }

    private void grid(double x1, double y1, double x2, double y2) {
        svg.append(
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n".formatted(x1, y1, x2, y2));
    }

    private void text(String style, double x, double y, String text) {
        svg.append("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n".formatted(style, x, y, escape(text)));
    }

    private double x(double value) {
        return first == last
                ? LEFT
                : LEFT + (RIGHT - LEFT) * (Math.log(value) - Math.log(first)) / (Math.log(last) - Math.log(first));
    }

    private double y(double value) {
        return BOTTOM - (BOTTOM - TOP) * value / highest;
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
