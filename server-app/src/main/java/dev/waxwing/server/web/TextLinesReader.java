package dev.waxwing.server.web;

import dev.waxwing.server.media.StoredContent;
import dev.waxwing.server.media.Transfers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a group of texts, canonical JSON lines, for people: no more of it than a page can show. */
@Component("texts")
public class TextLinesReader {

    private static final int MOST_LINES = 1_000;
    private static final int EXCERPT_LINES = 3;

    /** A group holds up to a thousand texts of 60,000 bytes: a page shows no more than this of all its texts together. */
    static final int MOST_CHARACTERS = 500_000;

    static final int EXCERPT_CHARACTERS = 600;

    /** The longest line of a group: each byte of its text may be six characters of JSON. Nothing is read beyond a longer one. */
    private static final int LONGEST_LINE = 400_000;

    private final Transfers transfers;
    private final JsonMapper json;

    TextLinesReader(Transfers transfers, JsonMapper json) {
        this.transfers = transfers;
        this.json = json;
    }

    /** The first texts of an accepted group, or the beginning of the first; empty for anything else. */
    public List<String> excerpt(String transferId) {
        return transfers
                .content(transferId)
                .map(content -> read(json, content.file(), EXCERPT_LINES, EXCERPT_CHARACTERS))
                .orElse(List.of());
    }

    /** The texts of a group, as many as a page can show; the last one cut off with an ellipsis if it is too much. */
    List<String> read(StoredContent content) {
        return read(json, content.file(), MOST_LINES, MOST_CHARACTERS);
    }

    static List<String> read(JsonMapper json, Path file, int mostLines, int mostCharacters) {
        List<String> texts = new ArrayList<>();
        int left = mostCharacters;
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String line = nextLine(reader);
            while (line != null && texts.size() < mostLines && left > 0) {
                String text = shortened(text(json, line), left);
                texts.add(text);
                left -= text.length();
                line = line.length() < LONGEST_LINE ? nextLine(reader) : null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    private static @Nullable String nextLine(BufferedReader reader) throws IOException {
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        StringBuilder line = new StringBuilder();
        while (next >= 0 && next != '\n' && line.length() < LONGEST_LINE) {
            line.append((char) next);
            next = reader.read();
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    private static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + "…";
    }

    private static String text(JsonMapper json, String line) {
        try {
            JsonNode text = json.readTree(line).path("text");
            return text.isString() ? text.stringValue() : line;
        } catch (JacksonException _) {
            return line;
        }
    }
}
