package dev.waxwing.ca.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.DyingDatabase;
import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.IssuedCertificate;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process dies at every step of making a revocation list, while it runs and while it starts. */
class InterruptedListTest {

    /** More steps than it has, so that the last round goes through. */
    private static final int MOST_STEPS = 50;

    private static final String READ = "SELECT serial_number, issuer, revoked_at";

    private final AdjustableClock clock = new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());
    private final KeyPair keys = TestRequests.p256();
    private final List<IssuedCertificate> revoked = new ArrayList<>();

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private long published;

    @BeforeEach
    void start() {
        deployment = new TestDeployment(
                directory, database.dataSource(), clock, new KeysProperties(null), TestDeployment.properties(null));
    }

    private void revokeOneMore() {
        IssuedCertificate one = deployment.issue("camera-01", "camera", keys);
        deployment.revocation.revoke(one.serialNumber(), RevocationReason.SUPERSEDED, "anna");
        revoked.add(one);
    }

    @Test
    void a_list_that_is_not_completed_is_not_served_and_the_next_start_has_a_whole_one() throws Exception {
        boolean died = true;
        for (int steps = 0; died; steps++) {
            assertThat(steps).isLessThan(MOST_STEPS);
            requireServed(revoked.size());
            revokeOneMore();
            clock.advance(Duration.ofHours(1));
            RevocationList before = deployment.lists.issuing();

            database.dieAfter(steps, () -> {});
            deployment.lists.rebuildWhereChanged();
            died = database.isDead();

            if (died && deployment.lists.issuing() == before) {
                assertThat(deployment.lists.facts().failure()).isNotNull();
            } else {
                requireServed(revoked.size()); // It was complete before the end came.
            }
            assertThat(deployment.lists.issuing().nextUpdate()).isAfter(clock.instant());
            database.live();
            deployment = deployment.restarted();
        }
        requireServed(revoked.size());
    }

    @Test
    void a_start_that_dies_while_it_makes_its_list_leaves_the_next_one_with_a_higher_number() throws Exception {
        requireServed(0);
        revokeOneMore();
        boolean died = true;
        for (int steps = 0; died; steps++) {
            assertThat(steps).isLessThan(MOST_STEPS);
            database.dieAfter(READ, steps, () -> {});
            try {
                deployment = deployment.restarted();
                died = false;
            } catch (RuntimeException e) {
                assertThat(database.isDead()).as(e.toString()).isTrue();
            }
            database.live();
            deployment = deployment.restarted();
            requireServed(1);
        }
    }

    /** The list is by the authority, holds so many certificates and each of them, holds now, and has a number that is new. */
    private void requireServed(int count) throws Exception {
        RevocationList served = deployment.lists.issuing();
        assertThat(served.number()).isGreaterThan(published);
        published = served.number();
        X509CRL list = PkixCheck.crl(served.der());
        list.verify(deployment.authority.issuingCertificate().getPublicKey());
        assertThat(
                        list.getRevokedCertificates() == null
                                ? 0
                                : list.getRevokedCertificates().size())
                .isEqualTo(count);
        assertThat(revoked.subList(0, count)).allMatch(one -> list.isRevoked(one.certificate()));
        assertThat(list.getNextUpdate().toInstant()).isAfter(clock.instant());
    }
}
