package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file that has no receipt yet. It stays where it is; size and time of change tell whether it is still the same.
 *
 * @param counter the device's number for it, 1 or more
 * @param id unique for ever
 * @param capturedAt the file's time of change, in whole milliseconds
 * @param path absolute
 * @param size bytes
 * @param modifiedAt the file's time of change, as exact as the file system has it
 * @param name what it is called; display data
 * @param mediaType what it claims to be
 * @param manifest the signed manifest; null until all of it was sent once
 */
public record QueuedFile(
        long counter,
        ItemId id,
        Instant capturedAt,
        Path path,
        long size,
        Instant modifiedAt,
        String name,
        String mediaType,
        @Nullable SignedManifest manifest) {

    QueuedFile renumbered(long number) {
        return new QueuedFile(number, id, capturedAt, path, size, modifiedAt, name, mediaType, manifest);
    }

    QueuedFile sealed(SignedManifest signed) {
        return new QueuedFile(counter, id, capturedAt, path, size, modifiedAt, name, mediaType, signed);
    }

    QueuedFile unsealed() {
        return new QueuedFile(counter, id, capturedAt, path, size, modifiedAt, name, mediaType, null);
    }

    /** Whether the file is still there as it was queued, as far as size and time tell. */
    boolean isUnchanged() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return now.size() == size && now.lastModifiedTime().toInstant().equals(modifiedAt);
        } catch (IOException gone) {
            return false;
        }
    }
}
