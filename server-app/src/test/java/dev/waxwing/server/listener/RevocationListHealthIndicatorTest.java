package dev.waxwing.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.revocation.RevocationFacts;
import dev.waxwing.ca.revocation.RevocationFacts.IssuersList;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class RevocationListHealthIndicatorTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private static Health health(int rootListBytes) {
        IssuersList list =
                new IssuersList(AuthorityId.parse("0011aabb").orElseThrow(), 7, NOW, NOW.plus(Duration.ofDays(7)));
        RevocationFacts facts = new RevocationFacts(List.of(list), NOW.plus(Duration.ofDays(300)), null, 0);
        return RevocationListHealthIndicator.of(facts, rootListBytes, true, NOW);
    }

    @Test
    void a_root_list_that_devices_take_is_well_and_a_larger_one_is_a_failure_that_says_what_to_do() {
        assertThat(health(16_384).getStatus()).isEqualTo(Status.UP);
        assertThat(health(16_384).getDetails())
                .containsEntry("rootListBytes", 16_384)
                .doesNotContainKey("tooLarge");
        assertThat(health(16_385).getStatus()).isEqualTo(Status.DOWN);
        assertThat(health(16_385).getDetails().get("tooLarge"))
                .asString()
                .contains("16385 bytes", "16384 at most", "new root");
    }
}
