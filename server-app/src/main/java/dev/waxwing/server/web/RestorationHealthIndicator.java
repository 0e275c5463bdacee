package dev.waxwing.server.web;

import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Says that revocations are to be repeated after a restore. The server is fit nevertheless. */
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
                            "Repeat the revocations, removals of the root's key and rotations made between backupAt"
                                    + " and restoredAt, and invite devices again that enrolled or renewed then; then"
                                    + " confirm it in the console or by POST"
                                    + " /api/v1/restorations/" + latest.id() + "/confirmation.");
        }
        return health.build();
    }
}
