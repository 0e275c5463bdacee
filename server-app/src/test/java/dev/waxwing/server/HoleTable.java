package dev.waxwing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** The table of the twenty holes as docs/threat-model.md prints it. */
record HoleTable(TreeMap<Integer, Row> rows) {

    private static final String HEAD = "| # | hole in the original | our classic | WXP/2 |";

    /** What the document says about one hole. */
    record Row(String hole, String classic, String wxp2) {}

    static HoleTable read() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "threat-model.md"));
        TreeMap<Integer, Row> rows = new TreeMap<>();
        int at = lines.indexOf(HEAD);
        if (at < 0) {
            throw new AssertionError("docs/threat-model.md has no table with the head " + HEAD);
        }
        for (String line : lines.subList(at + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            List<String> cells = new ArrayList<>(Arrays.asList(line.split("\\|", -1)));
            cells.replaceAll(String::strip);
            if (cells.size() != 6 || rows.put(Integer.valueOf(cells.get(1)), row(cells)) != null) {
                throw new AssertionError("not a row of its own: " + line);
            }
        }
        return new HoleTable(rows);
    }

    private static Row row(List<String> cells) {
        return new Row(cells.get(2), cells.get(3), cells.get(4));
    }
}
