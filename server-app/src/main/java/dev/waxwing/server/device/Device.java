package dev.waxwing.server.device;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device as people see it.
 *
 * @param name its name, unique for ever
 * @param state what its newest certificate lets it do
 * @param trustLevel how far what it sends can be proved: {@code wxp2} or {@code classic},
 *     {@code none} if it has never come
 * @param lastSeenAt when it was last connected, null if never
 * @param certificateSerialNumber of its newest certificate, lower-case hex, null if it never had one
 * @param certificateEnds when that ends
 */
public record Device(
        String name,
        DeviceState state,
        String trustLevel,
        @Nullable Instant lastSeenAt,
        @Nullable String certificateSerialNumber,
        @Nullable Instant certificateEnds) {}
