package dev.waxwing.server.ingest;

import java.io.IOException;
import java.util.Locale;

/** The disk has no room. */
final class StorageFullException extends IOException {

    StorageFullException(String message) {
        super(message);
    }

    private StorageFullException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** What the operating system said, as this type if it said that the disk, or our share of it, is full. */
    static IOException recognise(IOException e) {
        String message = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
        boolean full = message.contains("no space left")
                || message.contains("not enough space")
                || message.contains("quota exceeded")
                || message.contains("file too large");
        return full ? new StorageFullException(e) : e;
    }
}
