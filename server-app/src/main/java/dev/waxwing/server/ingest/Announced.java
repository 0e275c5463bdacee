package dev.waxwing.server.ingest;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadOpen;
import java.time.Instant;

/** What a device says of a transfer, besides its content. */
record Announced(ItemId id, long counter, String name, String mediaType, Instant capturedAt) {

    static Announced of(UploadOpen open) {
        return new Announced(open.id(), open.counter(), open.name(), open.mediaType(), open.capturedAt());
    }

    static Announced of(Manifest manifest) {
        return new Announced(
                manifest.uploadId(), manifest.counter(), manifest.name(), manifest.mediaType(), manifest.capturedAt());
    }
}
