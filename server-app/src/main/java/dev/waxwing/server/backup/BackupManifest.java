package dev.waxwing.server.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a backup holds; its last entry.
 *
 * @param waxwing the version that made it
 * @param takenAt when the backup began: what was committed before is in it
 * @param rootSpkiSha256 SHA-256 of the root's public key, in hex: which deployment this is
 * @param counts rows of the database at that time, by what they are
 * @param auditHead the last entry of the audit trail at that time
 * @param parts everything but the media, in order
 * @param media the content of transfers, null when the backup is without
 */
public record BackupManifest(
        String waxwing,
        Instant takenAt,
        String rootSpkiSha256,
        Map<String, Long> counts,
        Head auditHead,
        List<Part> parts,
        @Nullable Media media) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public BackupManifest {
        counts = Map.copyOf(counts);
        parts = List.copyOf(parts);
    }

    /** An entry of the audit trail. @param hash 64 hex digits */
    public record Head(long id, String hash) {}

    /** A file of the backup. @param size in bytes @param sha256 in hex */
    public record Part(String name, long size, String sha256) {}

    /**
     * All media files together.
     *
     * @param files how many
     * @param bytes how much content
     * @param sha256 in hex, over {@code vec16 name | u64 size | SHA-256 of the content} of each in order
     */
    public record Media(long files, long bytes, String sha256) {}

    byte[] encode() {
        return JSON.writeValueAsBytes(this);
    }

    static BackupManifest decode(byte[] json) throws BackupException {
        try {
            return JSON.readValue(json, BackupManifest.class);
        } catch (JacksonException e) {
            throw new BackupException("The backup's manifest cannot be read.", e);
        }
    }
}
