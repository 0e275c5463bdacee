package dev.waxwing.server.media;

import org.jspecify.annotations.Nullable;

/**
 * Which transfers a list shows; null does not restrict.
 *
 * @param device the exact name of a device
 * @param kind of this kind only
 * @param state in this state only
 */
public record TransferFilter(
        @Nullable String device,
        @Nullable TransferKind kind,
        @Nullable TransferState state) {

    /** All transfers. */
    public static final TransferFilter ALL = new TransferFilter(null, null, null);
}
