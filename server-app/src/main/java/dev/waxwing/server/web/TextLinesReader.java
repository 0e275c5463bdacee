package dev.waxwing.server.web;

import dev.waxwing.server.media.StoredContent;
import dev.waxwing.server.media.Transfers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a group of texts, canonical JSON lines, for people: no more of it than a page can show. */
@Component("texts")
public class TextLinesReader {

    private static final int MOST_LINES = 1_000;
    private static final int EXCERPT_LINES = 3;

    private final Transfers transfers;
    private final JsonMapper json;

    TextLinesReader(Transfers transfers, JsonMapper json) {
        this.transfers = transfers;
        this.json = json;
    }

    /** The first texts of an accepted group; empty for anything else. */
    public List<String> excerpt(String transferId) {
        return transfers
                .content(transferId)
                .map(content -> read(content, EXCERPT_LINES))
                .orElse(List.of());
    }

    /** The texts of a group, as many as a page can show. */
    List<String> read(StoredContent content) {
        return read(content, MOST_LINES);
    }

    private List<String> read(StoredContent content, int most) {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(content.file(), StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null && lines.size() < most) {
                lines.add(text(line));
                line = reader.readLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private String text(String line) {
        try {
            JsonNode text = json.readTree(line).path("text");
            return text.isString() ? text.stringValue() : line;
        } catch (JacksonException _) {
            return line;
        }
    }
}
