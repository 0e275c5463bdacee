package dev.waxwing.server.listener;

import dev.waxwing.channel.CryptoPermits;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.session.Sessions;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether devices can connect. */
@Component
final class ListenerHealthIndicator implements HealthIndicator {

    private final Listener listener;
    private final Sessions sessions;
    private final Gate gate;
    private final CryptoPermits permits;

    ListenerHealthIndicator(Listener listener, Sessions sessions, Gate gate, CryptoPermits permits) {
        this.listener = listener;
        this.sessions = sessions;
        this.gate = gate;
        this.permits = permits;
    }

    @Override
    public Health health() {
        if (!listener.isRunning()) {
            return Health.down().withDetail("reason", "not listening").build();
        }
        return Health.up()
                .withDetail("port", listener.port())
                .withDetail("sessions", sessions.count())
                .withDetail("unauthenticated", gate.unauthenticated())
                .withDetail("penalisedSources", gate.penalised())
                .withDetail("cryptoPermits", permits.size())
                .withDetail("cryptoPermitsInUse", permits.inUse())
                .withDetail("cryptoPermitsWaitedFor", permits.waiting())
                .build();
    }
}
