package dev.waxwing.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.revocation.CertificateRevoked;
import dev.waxwing.ca.revocation.RevocationList;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops in the middle of what the authority does by itself. */
@Timeout(60)
class ScheduleTest {

    private static final String READ = "SELECT serial_number, issuer, revoked_at";

    private final DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private Schedule schedule;
    private IssuedCertificate revoked;

    @BeforeEach
    void start() {
        deployment = new TestDeployment(
                directory,
                database.dataSource(),
                new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS)),
                new KeysProperties(null),
                TestDeployment.properties(null));
        schedule = new Schedule(deployment.lists, deployment.credentials, deployment.issuance, deployment.sweeps);
        revoked = deployment.issue("camera-01");
        deployment.revocation.revoke(revoked.serialNumber(), RevocationReason.SUPERSEDED, "anna");
    }

    private void tellSchedule() {
        schedule.on(new CertificateRevoked(revoked.serialNumber().toString(), RevocationReason.SUPERSEDED, false));
    }

    private boolean isOn(RevocationList list) throws Exception {
        return PkixCheck.crl(list.der()).isRevoked(revoked.certificate());
    }

    @Test
    void a_stop_waits_for_the_list_that_is_being_made() throws Exception {
        RevocationList before = deployment.lists.issuing();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        schedule.start();
        database.dieAfter(READ, 0, () -> {
            reached.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            database.live();
        });
        tellSchedule();
        reached.await();

        Thread stop = Thread.ofPlatform().start(schedule::stop);
        while (stop.getState() != Thread.State.TIMED_WAITING && stop.isAlive()) {
            Thread.onSpinWait();
        }
        assertThat(stop.isAlive()).as("it waits").isTrue();
        assertThat(deployment.lists.issuing()).as("meanwhile").isSameAs(before);
        goOn.countDown();
        stop.join();

        RevocationList made = deployment.lists.issuing();
        assertThat(made.number()).isGreaterThan(before.number());
        assertThat(isOn(made)).isTrue();
        RevocationList next = deployment.restarted().lists.issuing();
        assertThat(next.number()).isGreaterThan(made.number());
        assertThat(isOn(next)).isTrue();
    }

    @Test
    void what_a_stop_does_not_wait_for_is_on_the_list_of_the_next_start() throws Exception {
        RevocationList before = deployment.lists.issuing();
        schedule.start();
        tellSchedule();
        schedule.stop();
        tellSchedule(); // Nobody is there any more, and nobody minds.

        assertThat(deployment.lists.issuing()).isSameAs(before);
        RevocationList next = deployment.restarted().lists.issuing();
        assertThat(next.number()).isGreaterThan(before.number());
        assertThat(isOn(next)).isTrue();
    }
}
