package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import java.util.Base64;

/** Writes JSON strings as the original writes them: ASCII, everything else escaped with lower-case hex. */
final class JsonText {

    private JsonText() {}

    /** The string in its quotes. Halves of surrogate pairs are written as they are. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            append(out, text.charAt(i));
        }
        return out.append('"').toString();
    }

    static String base64(Bytes value) {
        return Base64.getEncoder().encodeToString(value.toArray());
    }

    private static void append(StringBuilder out, char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\f' -> out.append("\\f");
            case '\b' -> out.append("\\b");
            default -> {
                if (c >= ' ' && c <= '~') {
                    out.append(c);
                } else {
                    out.append("\\u%04x".formatted((int) c));
                }
            }
        }
    }
}
