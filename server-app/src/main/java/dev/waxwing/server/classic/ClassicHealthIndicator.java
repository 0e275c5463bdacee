package dev.waxwing.server.classic;

import java.util.Map;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Says that classic is on; while it is off, nothing shows. */
@Component
@ConditionalOnClassic
final class ClassicHealthIndicator implements HealthIndicator, InfoContributor {

    private final ClassicProperties properties;
    private final ClassicDevices devices;

    ClassicHealthIndicator(ClassicProperties properties, ClassicDevices devices) {
        this.properties = properties;
        this.devices = devices;
    }

    @Override
    public Health health() {
        return Health.up()
                .withDetail("insecure", true)
                .withDetail("enabledDevices", enabledDevices())
                .withDetail("allowedSources", String.valueOf(properties.allowedSources()))
                .build();
    }

    @Override
    public void contribute(Info.Builder builder) {
        builder.withDetail("classic", Map.of("enabled", true, "insecure", true, "enabledDevices", enabledDevices()));
    }

    private long enabledDevices() {
        return devices.all().stream().filter(ClassicDevice::isEnabled).count();
    }
}
