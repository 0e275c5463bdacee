package dev.waxwing.server.listener;

import dev.waxwing.server.session.Sessions;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether devices can connect. */
@Component
final class ListenerHealthIndicator implements HealthIndicator {

    private final Listener listener;
    private final Sessions sessions;

    ListenerHealthIndicator(Listener listener, Sessions sessions) {
        this.listener = listener;
        this.sessions = sessions;
    }

    @Override
    public Health health() {
        if (!listener.isRunning()) {
            return Health.down().withDetail("reason", "not listening").build();
        }
        return Health.up()
                .withDetail("port", listener.port())
                .withDetail("sessions", sessions.count())
                .build();
    }
}
