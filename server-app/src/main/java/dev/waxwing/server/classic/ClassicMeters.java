package dev.waxwing.server.classic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Counts what happens over classic; nothing shows until something has. Any thread may call. */
@Component
final class ClassicMeters {

    private final MeterRegistry registry;

    ClassicMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void opened() {
        counter("waxwing.classic.sessions").increment();
    }

    /** @param reason a short constant word; it becomes a label */
    void refused(String reason) {
        counter("waxwing.classic.refused", "reason", reason).increment();
    }

    /** @param kind {@code text} or {@code file} */
    void item(String kind, boolean accepted) {
        counter("waxwing.classic.items", "kind", kind, "outcome", accepted ? "accepted" : "rejected")
                .increment();
    }

    private Counter counter(String name, String... tags) {
        return registry.counter(name, tags);
    }
}
