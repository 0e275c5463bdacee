package dev.waxwing.server.web;

import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Says that after a restore something is to be done again. The server is fit nevertheless. */
@Component
final class RestorationHealthIndicator implements HealthIndicator {

    private final Restorations restorations;

    RestorationHealthIndicator(Restorations restorations) {
        this.restorations = restorations;
    }

    @Override
    public Health health() {
        List<Restoration> open = restorations.unconfirmed();
        Health.Builder health = Health.up().withDetail("unconfirmed", open.size());
        if (!open.isEmpty()) {
            Restoration latest = open.getFirst();
            health.withDetail("restoredAt", latest.restoredAt().toString())
                    .withDetail("backupAt", latest.backupAt().toString())
                    .withDetail(
                            "toDo",
                            "Do again what was done between backupAt and restoredAt: revocations, holds and releases,"
                                    + " removals of devices, changes of users, removals of the root's key, rotations;"
                                    + " invite devices again that enrolled or renewed then. Then confirm it in the"
                                    + " console or by POST"
                                    + " /api/v1/restorations/" + latest.id() + "/confirmation.");
        }
        return health.build();
    }
}
