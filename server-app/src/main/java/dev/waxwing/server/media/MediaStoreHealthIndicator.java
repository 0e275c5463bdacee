package dev.waxwing.server.media;

import java.io.IOException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether content can be stored. */
@Component
final class MediaStoreHealthIndicator implements HealthIndicator {

    private final MediaStore store;
    private final MediaProperties properties;

    MediaStoreHealthIndicator(MediaStore store, MediaProperties properties) {
        this.store = store;
        this.properties = properties;
    }

    @Override
    public Health health() {
        try {
            long usable = store.usableSpace();
            store.probe();
            long reserve = properties.reserve().toBytes();
            return (usable > reserve ? Health.up() : Health.outOfService())
                    .withDetail("usableBytes", usable)
                    .withDetail("reserveBytes", reserve)
                    .build();
        } catch (IOException e) {
            return Health.down(e).build();
        }
    }
}
