package dev.waxwing.server.media;

/** Makes the name that a device gives harmless: to show, and to call a download. The signed original is in the manifest. */
public final class SafeName {

    private static final int MAX_SHOWN = 255;
    private static final int MAX_FILE = 120;

    private SafeName() {}

    /** For people: no control, formatting or bidirectional characters, at most 255 characters. */
    public static String forPeople(String offered) {
        return cut(offered.replaceAll("[\\p{C}\\u2028\\u2029]", "\uFFFD"), MAX_SHOWN);
    }

    /** For a file: ASCII letters, digits, dot, dash and underscore, no path, no leading dot, at most 120 characters. */
    public static String forFile(String offered) {
        String last = offered.substring(1 + Math.max(offered.lastIndexOf('/'), offered.lastIndexOf('\\')));
        String plain = last.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^[.-]+", "_");
        if (plain.isEmpty()) {
            return "content";
        }
        // The end holds the extension.
        return plain.length() <= MAX_FILE
                ? plain
                : plain.substring(plain.length() - MAX_FILE).replaceAll("^[.-]", "_");
    }

    private static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
        return text.substring(0, end) + "…";
    }
}
