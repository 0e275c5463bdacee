package dev.waxwing.server.ingest;

import java.util.Locale;
import java.util.Map;

/** What a classic device called a file: hostile, and all that it says about the type. */
final class ClassicName {

    private static final int MOST = 255;
    private static final String NAMELESS = "unnamed";
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("png", "image/png"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("heic", "image/heic"),
            Map.entry("avif", "image/avif"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("m4v", "video/x-m4v"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("webm", "video/webm"),
            Map.entry("mkv", "video/x-matroska"),
            Map.entry("avi", "video/x-msvideo"),
            Map.entry("ts", "video/mp2t"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"),
            Map.entry("txt", "text/plain"));

    private ClassicName() {}

    /** The name, cut to {@value #MOST} code points, without halves of surrogate pairs, which no UTF-8 can say. Never empty. */
    static String of(String offered) {
        StringBuilder name = new StringBuilder();
        offered.codePoints()
                .limit(MOST)
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .forEach(name::appendCodePoint);
        return name.isEmpty() ? NAMELESS : name.toString();
    }

    /** The media type that the name's ending claims. */
    static String mediaType(String name) {
        int dot = name.lastIndexOf('.');
        return TYPES.getOrDefault(name.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }
}
