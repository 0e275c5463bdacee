package dev.waxwing.handshake;

import dev.waxwing.wire.Reader;

/**
 * What the server grants a device with SessionAccept (protocol section 5.8).
 *
 * @param durableCounter the highest counter that this device has used in anything the server holds durably, 0 if none
 * @param maxOpenUploads 1 to 16
 */
public record SessionGrant(long durableCounter, int maxOpenUploads) {

    static final int MAX_OPEN_UPLOADS = 16;

    public SessionGrant {
        if (durableCounter < 0 || durableCounter > Reader.MAX_COUNTER) {
            throw new IllegalArgumentException("durableCounter out of range: " + durableCounter);
        }
        if (maxOpenUploads < 1 || maxOpenUploads > MAX_OPEN_UPLOADS) {
            throw new IllegalArgumentException("maxOpenUploads is 1 to 16, not " + maxOpenUploads);
        }
    }
}
