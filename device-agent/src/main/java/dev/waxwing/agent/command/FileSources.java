package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Reader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;

/** Looks at files that are to be sent. */
final class FileSources {

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("png", "image/png"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("avif", "image/avif"),
            Map.entry("heic", "image/heic"),
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("bmp", "image/bmp"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("m4v", "video/mp4"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("webm", "video/webm"),
            Map.entry("mkv", "video/x-matroska"),
            Map.entry("avi", "video/x-msvideo"),
            Map.entry("txt", "text/plain"),
            Map.entry("csv", "text/csv"),
            Map.entry("json", "application/json"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"));
    private static final PeerName LONGEST_DEVICE_NAME = new PeerName("a".repeat(63));
    private static final String UNKNOWN_TYPE = "application/octet-stream";

    private FileSources() {}

    /**
     * Looks at a file.
     *
     * @throws AgentFailure if it cannot be sent
     */
    static FileSource find(Path path) throws IOException, AgentFailure {
        Path absolute = path.toAbsolutePath().normalize();
        BasicFileAttributes attributes = attributes(absolute);
        if (!attributes.isRegularFile()) {
            throw new AgentFailure(
                    "%s is not a file".formatted(Words.shown(path.toString())), "Name the files themselves.");
        }
        if (!Files.isReadable(absolute)) {
            throw new AgentFailure(
                    "%s cannot be read".formatted(Words.shown(path.toString())), "Check its permissions.");
        }
        String name = String.valueOf(absolute.getFileName());
        Instant modified = attributes.lastModifiedTime().toInstant();
        Instant capturedAt = modified.isBefore(Instant.EPOCH) ? Instant.EPOCH : modified;
        FileSource source = new FileSource(absolute, attributes.size(), capturedAt, name, typeOf(name));
        requireOfferable(source);
        return source;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException, AgentFailure {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException missing) {
            throw new AgentFailure("there is no file %s".formatted(Words.shown(path.toString())), null, null, missing);
        }
    }

    /** A name may be fine for the file system and yet too long for a manifest. */
    private static void requireOfferable(FileSource source) throws AgentFailure {
        try {
            Bytes anyHash = Bytes.of(new byte[32]);
            new Manifest(
                            LONGEST_DEVICE_NAME,
                            new ItemId(Bytes.of(new byte[16])),
                            Reader.MAX_COUNTER,
                            source.name(),
                            source.mediaType(),
                            source.size(),
                            anyHash,
                            source.modifiedAt().truncatedTo(ChronoUnit.MILLIS),
                            anyHash)
                    .encode();
        } catch (IllegalArgumentException | IllegalStateException unfit) {
            throw new AgentFailure(
                    "%s cannot be sent under its name"
                            .formatted(Words.shown(source.path().toString())),
                    null,
                    "Rename it; a name has 1 to 4,096 bytes of UTF-8.",
                    unfit);
        }
    }

    private static String typeOf(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, UNKNOWN_TYPE);
    }
}
