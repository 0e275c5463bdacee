package dev.waxwing.handshake;

import dev.waxwing.wire.Reader;
import java.util.List;

/**
 * What the server grants a device with SessionAccept (protocol section 5.8).
 *
 * @param durableCounter the highest counter that this device has used in anything the server holds durably, 0 if none
 * @param maxOpenUploads 1 to 16
 * @param restored when the server went back in time, the latest 16 at most
 */
public record SessionGrant(long durableCounter, int maxOpenUploads, List<Restored> restored) {

    static final int MAX_OPEN_UPLOADS = 16;

    /** Of a server that never went back in time. */
    public SessionGrant(long durableCounter, int maxOpenUploads) {
        this(durableCounter, maxOpenUploads, List.of());
    }

    public SessionGrant {
        restored = List.copyOf(restored);
        if (restored.size() > Restored.MOST) {
            throw new IllegalArgumentException("at most " + Restored.MOST + " restorations, not " + restored.size());
        }
        if (durableCounter < 0 || durableCounter > Reader.MAX_COUNTER) {
            throw new IllegalArgumentException("durableCounter out of range: " + durableCounter);
        }
        if (maxOpenUploads < 1 || maxOpenUploads > MAX_OPEN_UPLOADS) {
            throw new IllegalArgumentException("maxOpenUploads is 1 to 16, not " + maxOpenUploads);
        }
    }
}
