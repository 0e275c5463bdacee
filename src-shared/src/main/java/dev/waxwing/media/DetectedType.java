package dev.waxwing.media;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a file is by its first bytes, whatever its name and its device say. Only formats without scripts count as images
 * or videos: SVG and HTML are text like any other.
 */
public enum DetectedType {
    JPEG("image/jpeg", MediaKind.IMAGE, "image/jpg", "image/pjpeg"),
    PNG("image/png", MediaKind.IMAGE, "image/x-png", "image/apng", "image/vnd.mozilla.apng"),
    GIF("image/gif", MediaKind.IMAGE),
    WEBP("image/webp", MediaKind.IMAGE),
    HEIC("image/heic", MediaKind.IMAGE, "image/heif", "image/heic-sequence", "image/heif-sequence"),
    AVIF("image/avif", MediaKind.IMAGE, "image/avif-sequence"),
    MP4("video/mp4", MediaKind.VIDEO, "video/x-m4v", "video/3gpp", "video/3gpp2", "video/quicktime", "application/mp4"),
    QUICKTIME("video/quicktime", MediaKind.VIDEO, "video/mp4", "video/x-m4v", "video/x-quicktime"),
    M4A("audio/mp4", MediaKind.FILE, "audio/x-m4a", "audio/m4a", "audio/aac"),
    WEBM("video/webm", MediaKind.VIDEO, "audio/webm", "video/x-matroska", "video/matroska"),
    MATROSKA("video/x-matroska", MediaKind.VIDEO, "video/matroska", "audio/x-matroska", "audio/matroska", "video/webm"),
    AVI("video/x-msvideo", MediaKind.VIDEO, "video/avi", "video/msvideo", "video/vnd.avi"),
    MPEG_TS("video/mp2t", MediaKind.VIDEO, "video/mpeg", "video/vnd.dlna.mpeg-tts"),
    PDF("application/pdf", MediaKind.FILE, "application/x-pdf"),
    ZIP("application/zip", MediaKind.FILE, "application/x-zip-compressed", "application/x-zip"),
    /** Well-formed UTF-8 without control characters; so is an empty file. */
    PLAIN_TEXT("text/plain", MediaKind.FILE),
    OCTET_STREAM("application/octet-stream", MediaKind.FILE);

    /** How many of a file's first bytes are looked at. Fewer are given only when the file has no more. */
    public static final int HEAD_BYTES = 4_096;

    private static final String GENERIC = "application/octet-stream";

    private static final Set<String> HEIC_BRANDS =
            Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "mif2");
    private static final Set<String> AVIF_BRANDS = Set.of("avif", "avis");
    private static final Set<String> AUDIO_BRANDS = Set.of("M4A ", "M4B ", "M4P ", "F4A ", "F4B ");
    private static final Set<String> MP4_BRANDS = Set.of(
            "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "mp71", "avc1",
            "hvc1", "av01", "dash", "msdh", "cmfc", "M4V ", "M4VH", "M4VP", "MSNV", "f4v ", "mmp4", "XAVC", "3gp4",
            "3gp5", "3gp6", "3gp7", "3gp8", "3gp9", "3gg6", "3gr6", "3gs6", "3ge6", "3g2a", "3g2b", "3g2c");

    private static final int TS_PACKET = 188;
    private static final int TIMED_TS_PACKET = 192;

    private final String mediaType;
    private final MediaKind kind;
    private final Set<String> names;

    DetectedType(String mediaType, MediaKind kind, String... alsoCalled) {
        this.mediaType = mediaType;
        this.kind = kind;
        this.names = Set.copyOf(
                Stream.concat(Stream.of(mediaType), Stream.of(alsoCalled)).toList());
    }

    /**
     * Detects the type of a file.
     *
     * @param head its first {@value #HEAD_BYTES} bytes, or all of them; more are ignored
     */
    public static DetectedType of(byte[] head) {
        byte[] in = head.length > HEAD_BYTES ? Arrays.copyOf(head, HEAD_BYTES) : head;
        return bySignature(in).orElseGet(() -> isText(in, head.length >= HEAD_BYTES) ? PLAIN_TEXT : OCTET_STREAM);
    }

    public String mediaType() {
        return mediaType;
    }

    /** How the file is shown when its device claimed this media type: a file that is not what it claims is only a file. */
    public MediaKind kind(String claimed) {
        return disagreesWith(claimed) ? MediaKind.FILE : kind;
    }

    /**
     * Whether the content is certainly not of the media type that its device claimed. Parameters and case do not count,
     * common synonyms and containers are known, and a claim that cannot be judged by first bytes is not held against it.
     */
    public boolean disagreesWith(String claimed) {
        String essence = claimed.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (essence.equals(GENERIC) || names.contains(essence)) {
            return false;
        }
        return switch (this) {
            case ZIP -> !isZipBased(essence);
            case PLAIN_TEXT -> !isTextual(essence) && (isPicture(essence) || isDetectable(essence));
            case OCTET_STREAM -> isTextual(essence) || isDetectable(essence);
            default -> true;
        };
    }

    private static boolean isDetectable(String essence) {
        return Stream.of(values()).anyMatch(type -> type.names.contains(essence));
    }

    private static boolean isPicture(String essence) {
        return essence.startsWith("image/") || essence.startsWith("video/");
    }

    private static boolean isTextual(String essence) {
        return essence.startsWith("text/")
                || essence.endsWith("+xml")
                || essence.endsWith("+json")
                || Set.of(
                                "application/json",
                                "application/jsonl",
                                "application/xml",
                                "application/javascript",
                                "application/x-sh",
                                "application/yaml",
                                "application/toml")
                        .contains(essence);
    }

    private static boolean isZipBased(String essence) {
        return essence.endsWith("+zip")
                || essence.startsWith("application/vnd.openxmlformats-officedocument.")
                || essence.startsWith("application/vnd.oasis.opendocument.")
                || essence.startsWith("application/vnd.ms-")
                || Set.of(
                                "application/java-archive",
                                "application/x-java-archive",
                                "application/vnd.android.package-archive",
                                "application/vnd.google-earth.kmz")
                        .contains(essence);
    }

    private static Optional<DetectedType> bySignature(byte[] in) {
        if (has(in, 0, 0xFF, 0xD8, 0xFF)) {
            return Optional.of(JPEG);
        }
        if (has(in, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
            return Optional.of(PNG);
        }
        if (has(in, 0, "GIF87a") || has(in, 0, "GIF89a")) {
            return Optional.of(GIF);
        }
        if (has(in, 0, "RIFF")) {
            return has(in, 8, "WEBP") ? Optional.of(WEBP) : has(in, 8, "AVI ") ? Optional.of(AVI) : Optional.empty();
        }
        if (has(in, 4, "ftyp")) {
            return byBrands(in);
        }
        if (has(in, 0, 0x1A, 0x45, 0xDF, 0xA3)) {
            return byDocumentType(in);
        }
        if (has(in, 0, "%PDF-")) {
            return Optional.of(PDF);
        }
        if (has(in, 0, 'P', 'K', 3, 4) || has(in, 0, 'P', 'K', 5, 6)) {
            return Optional.of(ZIP);
        }
        return isTransportStream(in, 0, TS_PACKET) || isTransportStream(in, 4, TIMED_TS_PACKET)
                ? Optional.of(MPEG_TS)
                : Optional.empty();
    }

    /** ISO/IEC 14496-12 section 4.3: size u32, "ftyp", major brand, minor version, compatible brands. */
    private static Optional<DetectedType> byBrands(byte[] in) {
        int size = (in[0] & 0xFF) << 24 | (in[1] & 0xFF) << 16 | (in[2] & 0xFF) << 8 | in[3] & 0xFF;
        if (size < 16) {
            return Optional.empty();
        }
        String major = ascii(in, 8);
        if (major.equals("qt  ")) {
            return Optional.of(QUICKTIME);
        }
        if (AUDIO_BRANDS.contains(major)) {
            return Optional.of(M4A);
        }
        if (AVIF_BRANDS.contains(major) || HEIC_BRANDS.contains(major) && hasBrand(in, size, AVIF_BRANDS)) {
            return Optional.of(AVIF);
        }
        if (HEIC_BRANDS.contains(major)) {
            return Optional.of(HEIC);
        }
        return MP4_BRANDS.contains(major) || hasBrand(in, size, MP4_BRANDS) ? Optional.of(MP4) : Optional.empty();
    }

    private static boolean hasBrand(byte[] in, int size, Set<String> brands) {
        for (int at = 16; at + 4 <= Math.min(size, in.length); at += 4) {
            if (brands.contains(ascii(in, at))) {
                return true;
            }
        }
        return false;
    }

    /** RFC 8794: the DocType element, id 42 82 and a one-byte length, near the start of the header. */
    private static Optional<DetectedType> byDocumentType(byte[] in) {
        for (int at = 4; at < Math.min(in.length, 64); at++) {
            if (has(in, at, 0x42, 0x82, 0x84) && has(in, at + 3, "webm")) {
                return Optional.of(WEBM);
            }
            if (has(in, at, 0x42, 0x82, 0x88) && has(in, at + 3, "matroska")) {
                return Optional.of(MATROSKA);
            }
        }
        return Optional.empty();
    }

    private static boolean isTransportStream(byte[] in, int first, int packet) {
        return has(in, first, 'G') && has(in, first + packet, 'G') && has(in, first + 2 * packet, 'G');
    }

    /** A character that the end of a cut head splits is no fault. */
    private static boolean isText(byte[] in, boolean cut) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var characters = CharBuffer.allocate(in.length);
        if (decoder.decode(ByteBuffer.wrap(in), characters, !cut).isError()) {
            return false;
        }
        return characters.flip().chars().allMatch(c -> c >= 0x20 && c != 0x7F || c >= '\t' && c <= '\r');
    }

    private static String ascii(byte[] in, int at) {
        return at + 4 <= in.length ? new String(in, at, 4, StandardCharsets.ISO_8859_1) : "";
    }

    private static boolean has(byte[] in, int at, String text) {
        return has(in, at, text.chars().toArray());
    }

    private static boolean has(byte[] in, int at, int... bytes) {
        if (at + bytes.length > in.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (in[at + i] != (byte) bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
