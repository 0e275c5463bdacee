package dev.waxwing.server.device;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/** Counts devices by the end of the certificate that counts for each. Each look asks the database. */
@Component
final class EndingMeters implements MeterBinder {

    private final EndingDevices devices;

    EndingMeters(EndingDevices devices) {
        this.devices = devices;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "waxwing.devices.expired", EndingDevices.Numbers::expired);
        gauge(registry, "waxwing.devices.renewal.overdue", EndingDevices.Numbers::overdue);
        ending(registry, "7", EndingDevices.Numbers::withinWeek);
        ending(registry, "30", EndingDevices.Numbers::withinMonth);
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<EndingDevices.Numbers> number) {
        Gauge.builder(name, devices, found -> number.applyAsDouble(found.numbers()))
                .register(registry);
    }

    private void ending(MeterRegistry registry, String days, ToDoubleFunction<EndingDevices.Numbers> number) {
        Gauge.builder("waxwing.devices.ending", devices, found -> number.applyAsDouble(found.numbers()))
                .tag("within.days", days)
                .register(registry);
    }
}
