package dev.waxwing.agent.command;

import dev.waxwing.media.SafeName;
import java.util.ArrayList;
import java.util.List;

/** Splits a line typed into the shell into words, as a POSIX shell would quote them, but expanding nothing. */
final class Words {

    private static final int MOST_SHOWN = 60;

    private Words() {}

    /**
     * Splits a line at white space. Single quotes keep everything, double quotes keep everything but a backslash
     * before a backslash or a double quote, and a backslash outside quotes keeps the next character.
     *
     * @throws UsageException if a quote is not closed
     */
    static List<String> split(String line) throws UsageException {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean started = false;
        char quote = 0;
        for (int at = 0; at < line.length(); at++) {
            char c = line.charAt(at);
            boolean last = at + 1 == line.length();
            if (quote == '\'') {
                if (c == '\'') {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (quote == '"') {
                if (c == '"') {
                    quote = 0;
                } else if (c == '\\' && !last && isEscapable(line.charAt(at + 1))) {
                    word.append(line.charAt(++at));
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                started = true;
            } else if (c == '\\' && !last) {
                word.append(line.charAt(++at));
                started = true;
            } else if (Character.isWhitespace(c)) {
                if (started) {
                    words.add(word.toString());
                    word.setLength(0);
                    started = false;
                }
            } else {
                word.append(c);
                started = true;
            }
        }
        if (quote != 0) {
            throw new UsageException("a quote (%s) is not closed".formatted(quote));
        }
        if (started) {
            words.add(word.toString());
        }
        return words;
    }

    private static boolean isEscapable(char c) {
        return c == '\\' || c == '"';
    }

    /** A word as it may be shown in a message: cut to 60 characters, without control characters. */
    static String shown(String word) {
        String display = SafeName.forDisplay(word);
        int length = display.codePointCount(0, display.length());
        return length <= MOST_SHOWN ? display : display.substring(0, display.offsetByCodePoints(0, MOST_SHOWN)) + "…";
    }

    /** A whole line with nothing in it that a terminal would obey. */
    static String harmless(String line) {
        return line.codePoints()
                .map(c -> isObeyed(c) ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isObeyed(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
