package dev.waxwing.media;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes the name that a device claims harmless, to be shown in a console, shell or log, or to be the last part of a path
 * in an archive or a download. Different names can become the same one: it never identifies anything.
 */
public final class SafeName {

    /** The longest result of {@link #forDisplay}, in code points. */
    public static final int MAX_DISPLAY = 200;

    /** The longest result of {@link #forFile}, in bytes of UTF-8. */
    public static final int MAX_FILE_BYTES = 120;

    private static final char REPLACEMENT = '\uFFFD';
    private static final String NAMELESS = "unnamed";
    private static final int MAX_EXTENSION = 12;

    private static final Pattern FORBIDDEN_IN_FILES = Pattern.compile("[<>:\"|?*%$`'&;!#~\\[\\]{}()^=, ]");
    private static final Pattern RESERVED_ON_WINDOWS =
            Pattern.compile("(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)", Pattern.CASE_INSENSITIVE);

    /** Nothing to see, or something that moves what is around it. */
    private static final Set<Integer> INVISIBLE =
            Set.of(0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2028, 0x2029, 0x3164, 0xFFA0, 0xFFFC);

    private SafeName() {}

    /**
     * The name on one line, readable, with each control, direction, invisible or unassigned character replaced by U+FFFD,
     * and cut to {@value #MAX_DISPLAY} code points. Path separators stay: nobody takes this for a path.
     */
    public static String forDisplay(String claimed) {
        StringBuilder shown = new StringBuilder();
        int[] codePoints = claimed.codePoints().limit(MAX_DISPLAY + 1L).toArray();
        int kept = codePoints.length > MAX_DISPLAY ? MAX_DISPLAY - 1 : codePoints.length;
        for (int i = 0; i < kept; i++) {
            shown.appendCodePoint(isHarmless(codePoints[i]) ? codePoints[i] : REPLACEMENT);
        }
        return kept < codePoints.length ? shown.append('…').toString() : shown.toString();
    }

    /**
     * The last part of the claimed path as a file name that is safe on Linux, macOS and Windows and in a shell: no
     * separators, no control, direction or invisible characters, no characters with a meaning to a shell, no leading dot or
     * dash, no reserved device name, at most {@value #MAX_FILE_BYTES} bytes of UTF-8, its extension kept if that is short.
     * Never empty.
     */
    public static String forFile(String claimed) {
        String name = Normalizer.normalize(lastPart(claimed), Normalizer.Form.NFC);
        StringBuilder safe = new StringBuilder();
        name.codePoints().forEach(c -> safe.appendCodePoint(isHarmless(c) && !Character.isSpaceChar(c) ? c : '_'));
        name = FORBIDDEN_IN_FILES.matcher(safe).replaceAll("_");
        name = name.replaceAll("^[.\\-]+", "").replaceAll("[.]+$", "");
        String stem = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        if (RESERVED_ON_WINDOWS.matcher(stem).matches()) {
            name = "_" + name;
        }
        // What is cut may end in a dot, or in nothing that names anything.
        name = shortened(name).replaceAll("[.]+$", "");
        return name.replaceAll("[_.]", "").isEmpty() ? NAMELESS : name;
    }

    private static String lastPart(String path) {
        int separator = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
        return path.substring(separator + 1);
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> codePoint != REPLACEMENT && !INVISIBLE.contains(codePoint) && !isVariationSelector(codePoint);
        };
    }

    private static boolean isVariationSelector(int codePoint) {
        // U+FE0E and U+FE0F only choose between the two looks of a symbol.
        return codePoint >= 0xFE00 && codePoint <= 0xFE0D || codePoint >= 0xE0100 && codePoint <= 0xE01EF;
    }

    private static String shortened(String name) {
        if (bytes(name) <= MAX_FILE_BYTES) {
            return name;
        }
        int dot = name.lastIndexOf('.');
        String extension = dot > 0 && name.length() - dot <= MAX_EXTENSION ? name.substring(dot) : "";
        String stem = name.substring(0, name.length() - extension.length());
        int room = MAX_FILE_BYTES - bytes(extension);
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int codePoint : stem.codePoints().toArray()) {
            used += bytes(Character.toString(codePoint));
            if (used > room) {
                break;
            }
            kept.appendCodePoint(codePoint);
        }
        return kept.append(extension).toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
