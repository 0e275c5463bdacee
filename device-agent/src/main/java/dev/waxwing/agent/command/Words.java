package dev.waxwing.agent.command;

import dev.waxwing.media.SafeName;
import java.util.ArrayList;
import java.util.List;

/** Splits a line typed into the shell into words, as a POSIX shell would quote them, but expanding nothing. */
final class Words {

    private static final int MOST_SHOWN = 60;
    private static final char SINGLE = '\'';
    private static final char DOUBLE = '"';
    private static final char BACKSLASH = '\\';

    private final String line;
    private int at;

    private Words(String line) {
        this.line = line;
    }

    /**
     * Splits a line at white space. Single quotes keep everything, double quotes keep everything but a backslash
     * before a backslash or a double quote, and a backslash outside quotes keeps the next character.
     *
     * @throws UsageException if a quote is not closed
     */
    static List<String> split(String line) throws UsageException {
        return new Words(line).all();
    }

    private List<String> all() throws UsageException {
        List<String> words = new ArrayList<>();
        for (skipSpace(); hasNext(); skipSpace()) {
            words.add(word());
        }
        return words;
    }

    private void skipSpace() {
        while (hasNext() && Character.isWhitespace(peek())) {
            at++;
        }
    }

    private String word() throws UsageException {
        StringBuilder word = new StringBuilder();
        while (hasNext() && !Character.isWhitespace(peek())) {
            char c = next();
            switch (c) {
                case SINGLE, DOUBLE -> quoted(c, word);
                case BACKSLASH -> word.append(hasNext() ? next() : c);
                default -> word.append(c);
            }
        }
        return word.toString();
    }

    private void quoted(char quote, StringBuilder word) throws UsageException {
        while (hasNext()) {
            char c = next();
            if (c == quote) {
                return;
            }
            boolean escapes = quote == DOUBLE && c == BACKSLASH && hasNext() && isEscapable(peek());
            word.append(escapes ? next() : c);
        }
        throw new UsageException("a quote (%s) is not closed".formatted(quote));
    }

    private static boolean isEscapable(char c) {
        return c == BACKSLASH || c == DOUBLE;
    }

    private boolean hasNext() {
        return at < line.length();
    }

    private char peek() {
        return line.charAt(at);
    }

    private char next() {
        return line.charAt(at++);
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
