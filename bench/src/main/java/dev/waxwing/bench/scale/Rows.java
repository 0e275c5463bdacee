package dev.waxwing.bench.scale;

import dev.waxwing.bench.Setting;
import dev.waxwing.bench.scale.Curve.Line;
import dev.waxwing.bench.scale.Curve.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the server's {@code ScaleTest} measured of growing tables (docs/development.md), drawn like the rest. It is left out
 * where that test has not been run.
 */
final class Rows {

    private static final Path MEASURED = Path.of("server-app", "target", "scale-rows.json");

    private static final Set<String> CHANNEL = Set.of(
            "handshake's certificate check", "handshake's durable counter", "connect and disconnect", "revocation");

    private static final Set<String> LISTS = Set.of(
            "REST /certificates",
            "REST /certificates?status=valid",
            "REST /devices",
            "REST /transfers",
            "REST /transfers?state=accepted",
            "REST /audit");

    private Rows() {}

    static List<Curve> measure(Setting setting, Path work) throws IOException {
        Path measured = setting.repository().resolve(MEASURED);
        if (Files.notExists(measured)) {
            return List.of();
        }
        JsonNode table = JsonMapper.shared().readTree(Files.readAllBytes(measured));
        return List.of(
                curve(table, "scale-rows-channel", "What a session and a revocation cost as tables grow", CHANNEL),
                curve(table, "scale-rows-lists", "First pages of lists as tables grow", LISTS));
    }

    private static Curve curve(JsonNode table, String name, String title, Set<String> chosen) {
        List<Line> lines = new ArrayList<>();
        for (JsonNode series : table.get("series")) {
            if (chosen.contains(series.get("name").asString())) {
                lines.add(line(table.get("x"), series));
            }
        }
        return new Curve(name, title, "rows", "ms, median", lines);
    }

    private static Line line(JsonNode x, JsonNode series) {
        JsonNode median = series.get("median");
        List<Point> points = IntStream.range(0, x.size())
                .mapToObj(i -> new Point(x.get(i).asDouble(), median.get(i).asDouble()))
                .toList();
        return new Line(series.get("name").asString(), points);
    }
}
