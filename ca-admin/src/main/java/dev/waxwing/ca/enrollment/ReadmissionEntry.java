package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.SerialNumber;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * That an administrator lets a device back in with its key.
 *
 * @param id 16 lower-case hex digits
 * @param name the device
 * @param spkiSha256 SHA-256 of its key, lower-case hex
 * @param predecessor the certificate whose key that is
 * @param state how it stood when the entry was read
 * @param createdBy who lets it in
 * @param createdAt when that was
 * @param expiresAt when it ends
 * @param usedAt when the device came, or null
 * @param certificate what it got, or null
 */
public record ReadmissionEntry(
        String id,
        String name,
        String spkiSha256,
        SerialNumber predecessor,
        State state,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant usedAt,
        @Nullable SerialNumber certificate) {

    /** How an allowance stands at a moment; exactly one of these. */
    public enum State {
        /** The device may come. */
        OPEN,
        /** It has come, or is about to. */
        USED,
        /** Its time passed before the device came. */
        EXPIRED,
        /** Somebody took it back, or revoked the device after it had come. */
        WITHDRAWN;

        /** The lower-case name, as in the REST interface. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
