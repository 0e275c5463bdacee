package dev.waxwing.server.listener;

import dev.waxwing.channel.CryptoPermits;
import dev.waxwing.server.admission.Drop;
import dev.waxwing.server.admission.Gate;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** Measures how many connections are heard, and how many are not. */
@Component
final class AdmissionMeters implements MeterBinder {

    private final Gate gate;
    private final CryptoPermits permits;

    AdmissionMeters(Gate gate, CryptoPermits permits) {
        this.gate = gate;
        this.permits = permits;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("waxwing.connections.unauthenticated", gate, Gate::unauthenticated)
                .register(registry);
        Gauge.builder("waxwing.sources.penalised", gate, Gate::penalised).register(registry);
        for (Drop reason : Drop.values()) {
            FunctionCounter.builder("waxwing.connections.dropped", gate, g -> g.dropped(reason))
                    .tag("reason", reason.word())
                    .register(registry);
        }
        Gauge.builder("waxwing.crypto.permits.in.use", permits, CryptoPermits::inUse)
                .register(registry);
        Gauge.builder("waxwing.crypto.permits.waiting", permits, CryptoPermits::waiting)
                .register(registry);
        FunctionCounter.builder("waxwing.crypto.permits.denied", permits, CryptoPermits::denied)
                .register(registry);
    }
}
