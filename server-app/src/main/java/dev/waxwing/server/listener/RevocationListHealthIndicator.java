package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.revocation.RevocationFacts;
import dev.waxwing.ca.revocation.RevocationFacts.IssuersList;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.trust.RevokedAuthorities;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the revocation lists of all issuers are fresh, and the root's is one that devices take; it turns red before one lapses.
 */
@Component
final class RevocationListHealthIndicator implements HealthIndicator {

    /** The part of a list's life that must be left: lists are made anew long before. */
    private static final int LAST_PART = 5;

    private static final String TOO_LARGE =
            "the root's revocation list has %%d bytes, and devices take %d at most: they are told of no"
                            .formatted(RevokedAuthorities.MAX_LIST)
                    + " authority that is revoked from now on. Begin a deployment with a new root, and enrol the"
                    + " devices there";

    private final CertificateAuthority authority;
    private final RevocationLists lists;
    private final Clock clock;

    RevocationListHealthIndicator(CertificateAuthority authority, RevocationLists lists, Clock clock) {
        this.authority = authority;
        this.lists = lists;
        this.clock = clock;
    }

    @Override
    public Health health() {
        return of(lists.facts(), lists.root().encoded().size(), authority.root().isPresent(), clock.instant());
    }

    static Health of(RevocationFacts facts, int rootListBytes, boolean isRootKeyAtHand, Instant now) {
        boolean isTold = rootListBytes <= RevokedAuthorities.MAX_LIST;
        boolean fit = facts.issuers().stream().allMatch(list -> isFresh(list, now))
                && now.isBefore(facts.rootNextUpdate())
                && isTold;
        Health.Builder health = (fit ? Health.up() : Health.down())
                .withDetail(
                        "ageSeconds",
                        Duration.between(facts.current().thisUpdate(), now).toSeconds())
                .withDetail("nextUpdate", facts.current().nextUpdate().toString())
                .withDetail("rootNextUpdate", facts.rootNextUpdate().toString())
                .withDetail("rootListBytes", rootListBytes)
                .withDetail("issuers", issuers(facts))
                .withDetail("revokedCertificates", facts.revokedCertificates());
        if (facts.rootListDue(now)) {
            health.withDetail(
                    "warning",
                    isRootKeyAtHand
                            ? "the root's revocation list has to be signed anew"
                            : "the root's revocation list has to be signed anew: bring its key back with 'bin/server"
                                    + " root import FILE', then take it away with 'bin/server root remove FILE'");
        }
        if (facts.failure() != null) {
            health.withDetail("failure", facts.failure());
        }
        if (!isTold) {
            health.withDetail("tooLarge", TOO_LARGE.formatted(rootListBytes));
        }
        return health.build();
    }

    private static boolean isFresh(IssuersList list, Instant now) {
        Duration spare = Duration.between(list.thisUpdate(), list.nextUpdate()).dividedBy(LAST_PART);
        return now.isBefore(list.nextUpdate().minus(spare));
    }

    /** When the list of each lapses, by its identifier. */
    private static Map<String, String> issuers(RevocationFacts facts) {
        Map<String, String> ends = new LinkedHashMap<>();
        facts.issuers()
                .forEach(list ->
                        ends.put(list.issuer().toString(), list.nextUpdate().toString()));
        return ends;
    }
}
