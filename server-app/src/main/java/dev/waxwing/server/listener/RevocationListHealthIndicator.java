package dev.waxwing.server.listener;

import dev.waxwing.ca.revocation.RevocationFacts;
import dev.waxwing.ca.revocation.RevocationLists;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether the revocation lists are fresh; it turns red before one lapses. */
@Component
final class RevocationListHealthIndicator implements HealthIndicator {

    /** The part of a list's life that must be left: lists are made anew long before. */
    private static final int LAST_PART = 5;

    private static final Duration ROOT_WARNING = Duration.ofDays(60);

    private final RevocationLists lists;
    private final Clock clock;

    RevocationListHealthIndicator(RevocationLists lists, Clock clock) {
        this.lists = lists;
        this.clock = clock;
    }

    @Override
    public Health health() {
        RevocationFacts facts = lists.facts();
        Instant now = clock.instant();
        Duration spare =
                Duration.between(facts.thisUpdate(), facts.nextUpdate()).dividedBy(LAST_PART);
        boolean fit = now.isBefore(facts.nextUpdate().minus(spare)) && now.isBefore(facts.rootNextUpdate());
        Health.Builder health = (fit ? Health.up() : Health.down())
                .withDetail(
                        "ageSeconds", Duration.between(facts.thisUpdate(), now).toSeconds())
                .withDetail("nextUpdate", facts.nextUpdate().toString())
                .withDetail("rootNextUpdate", facts.rootNextUpdate().toString())
                .withDetail("revokedCertificates", facts.revokedCertificates());
        if (now.isAfter(facts.rootNextUpdate().minus(ROOT_WARNING))) {
            health.withDetail("warning", "the root's revocation list has to be signed anew");
        }
        if (facts.failure() != null) {
            health.withDetail("failure", facts.failure());
        }
        return health.build();
    }
}
