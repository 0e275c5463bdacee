package dev.waxwing.ca.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.DyingDatabase;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.Preparation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything that an issuing authority has issued is revoked, whatever comes in between. */
@Timeout(60)
class SweepsTest {

    /** Beside those of the tests the server has its own. */
    private static final int OWN = 3;

    /** More than two groups. */
    private static final int MANY = 2 * Sweeps.AT_ONCE + 10;

    private final AdjustableClock clock = new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private AuthorityId issuer;

    @BeforeEach
    void start() {
        deployment = new TestDeployment(
                directory, database.dataSource(), clock, new KeysProperties(null), TestDeployment.properties(null));
        issuer = deployment.authority.issuing().id();
    }

    private void issue(int count) {
        var pair = TestRequests.p256();
        for (int i = 0; i < count; i++) {
            deployment.issue("camera-01", "camera", pair);
        }
    }

    private Sweep order(RevocationReason reason) {
        return deployment.sweeps.order(issuer, reason, "anna").orElseThrow();
    }

    private List<SerialNumber> left() {
        return deployment.inventory.revocable(issuer, RevocationReason.SUPERSEDED, clock.instant());
    }

    private List<Path> orders() throws IOException {
        Path kept = directory.resolve("sweeps");
        if (!Files.exists(kept)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(kept)) {
            return files.toList();
        }
    }

    @Test
    void everything_is_revoked_and_told_once() throws Exception {
        issue(60);
        SerialNumber held = deployment.issue("camera-02").serialNumber();
        deployment.revocation.revoke(held, RevocationReason.CERTIFICATE_HOLD, "anna");
        deployment.events.clear();

        Sweep sweep = order(RevocationReason.CA_COMPROMISE);

        int all = 61 + OWN;
        assertThat(sweep.state()).isEqualTo(Sweep.State.DONE);
        assertThat(sweep.revoked()).isEqualTo(all);
        assertThat(sweep.total()).isEqualTo(all);
        assertThat(deployment.events).hasSize(all);
        assertThat(deployment.events.stream().map(CertificateRevoked::isFollowed))
                .as("a list can wait for those that follow the first group")
                .startsWith(Collections.nCopies(Sweeps.AT_ONCE, true).toArray(Boolean[]::new))
                .endsWith(Collections.nCopies(all - Sweeps.AT_ONCE, false).toArray(Boolean[]::new));
        assertThat(left()).isEmpty();
        assertThat(deployment.revocation.isRevoked(
                        deployment.credentials.server().certificate()))
                .isTrue();
        assertThat(deployment.audit.reasons("certificate.revoked")).hasSize(all);
        assertThat(deployment.audit.reasons("authority.swept")).containsExactly(all + " certificates, cACompromise");
        assertThat(orders()).isEmpty();
        assertThat(order(RevocationReason.CA_COMPROMISE).total()).isZero();
        assertThat(deployment.sweeps.of(issuer).orElseThrow().total()).isZero();
    }

    @Test
    void what_is_put_on_hold_between_the_look_at_it_and_its_revocation_is_revoked_all_the_same() throws Exception {
        SerialNumber held = deployment.issue("camera-02").serialNumber();
        database.dieAfter("SELECT serial_number, issuer, subject", 0, () -> {
            database.live();
            elsewhere(() -> deployment.revocation.revoke(held, RevocationReason.CERTIFICATE_HOLD, "olga"));
        });

        Sweep sweep = order(RevocationReason.CA_COMPROMISE);

        assertThat(sweep.state()).isEqualTo(Sweep.State.DONE);
        assertThat(sweep.revoked()).isEqualTo(1 + OWN);
        assertThat(deployment.audit.reasons("certificate.held")).hasSize(1);
        assertThat(deployment.audit.reasons("certificate.revoked"))
                .hasSize(1 + OWN)
                .filteredOn(reason -> reason.contains("on hold since"))
                .hasSize(1);
        assertThat(deployment.revocation.find(held).orElseThrow().reason()).isEqualTo(RevocationReason.CA_COMPROMISE);
    }

    private static void elsewhere(Runnable work) {
        try {
            Thread.ofPlatform().start(work).join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everything_can_be_put_on_hold_and_what_is_on_hold_already_is_not_counted() {
        order(RevocationReason.CERTIFICATE_HOLD);
        assertThat(deployment.audit.reasons("authority.swept")).containsExactly(OWN + " certificates, certificateHold");
        assertThat(order(RevocationReason.CERTIFICATE_HOLD).total()).isZero();
        assertThat(order(RevocationReason.CA_COMPROMISE).revoked()).isEqualTo(OWN);
    }

    @Test
    void what_an_authority_was_signing_when_everything_was_revoked_becomes_no_certificate() {
        var order = deployment.order("camera-02", "camera", TestRequests.p256());
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        order(RevocationReason.CA_COMPROMISE);
        assertThat(deployment.issuance.sign(prepared)).isEmpty();
    }

    @Test
    void who_fails_to_hear_of_one_revocation_keeps_nothing_else_from_being_revoked() throws Exception {
        issue(60);
        deployment.failOn = deployment.issue("camera-02").serialNumber().toString();
        int all = 61 + OWN;

        Sweep sweep = order(RevocationReason.SUPERSEDED);

        assertThat(sweep.state()).isEqualTo(Sweep.State.FAILED);
        assertThat(sweep.failure()).contains("not everybody has heard");
        assertThat(left()).isEmpty();
        assertThat(deployment.events).hasSize(all - 1);
        assertThat(deployment.audit.reasons("authority.swept"))
                .singleElement()
                .satisfies(reason ->
                        assertThat(reason).startsWith(all + " certificates, superseded; not everybody has heard"));
        assertThat(deployment.audit.last().reference()).isEqualTo(sweep.reference());
        assertThat(orders()).isEmpty();
    }

    @Test
    void asking_while_it_goes_on_begins_nothing_and_another_reason_has_to_wait() throws Exception {
        issue(1);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Sweeps slow = sweeps(Duration.ZERO, _ -> {
            reached.countDown();
            awaitUninterruptibly(goOn);
        });

        assertThat(slow.order(issuer, RevocationReason.SUPERSEDED, "anna")
                        .orElseThrow()
                        .state())
                .isEqualTo(Sweep.State.RUNNING);
        reached.await();
        Sweep again = slow.order(issuer, RevocationReason.SUPERSEDED, "olga").orElseThrow();
        assertThat(again.state()).isEqualTo(Sweep.State.RUNNING);
        assertThat(again.total()).isEqualTo(1 + OWN);
        assertThat(slow.order(issuer, RevocationReason.CA_COMPROMISE, "anna")).isEmpty();
        assertThat(orders()).hasSize(1);
        goOn.countDown();
        slow.stop(); // Waits for its end: it has but one group.
        assertThat(deployment.inventory.revocable(issuer, RevocationReason.SUPERSEDED, clock.instant()))
                .isEmpty();
    }

    private Sweeps sweeps(Duration patience, Consumer<Object> heard) {
        Revocation told = new Revocation(
                deployment.inventory, deployment.audit, deployment.transactions, heard::accept, deployment.clock);
        return new Sweeps(
                new DataDirectory(directory),
                deployment.authority,
                deployment.inventory,
                told,
                deployment.audit,
                new SweepPatience(patience),
                clock);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_stop_waits_for_the_group_and_the_next_start_does_the_others_but_nothing_newer() throws Exception {
        issue(MANY);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Sweeps slow = sweeps(Duration.ZERO, _ -> {
            reached.countDown();
            awaitUninterruptibly(goOn);
        });
        slow.order(issuer, RevocationReason.SUPERSEDED, "anna");
        reached.await();
        Thread stop = Thread.startVirtualThread(slow::stop);
        while (stop.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        stop.join();
        assertThat(left()).hasSize(MANY + OWN - Sweeps.AT_ONCE);
        assertThat(deployment.audit.reasons("authority.swept")).isEmpty();

        clock.advance(Duration.ofSeconds(1));
        SerialNumber newer = deployment.issue("camera-02").serialNumber();
        requireCompleted(newer);
    }

    @Test
    void a_kill_in_the_middle_leaves_an_order_that_the_next_start_carries_out() throws Exception {
        issue(MANY);
        // The first group is committed, the second is read.
        database.dieAfter("UPDATE certificate SET revoked_at", 2, () -> {});

        Sweep failed = order(RevocationReason.SUPERSEDED);
        assertThat(failed.state()).isEqualTo(Sweep.State.FAILED);
        assertThat(failed.reference()).isNotNull();

        database.live();
        assertThat(left()).hasSize(MANY + OWN - Sweeps.AT_ONCE);
        clock.advance(Duration.ofSeconds(1));
        requireCompleted(deployment.issue("camera-02").serialNumber());
    }

    private void requireCompleted(SerialNumber newer) throws IOException {
        assertThat(orders()).hasSize(1);
        deployment = deployment.restarted(); // On the same database: what the other process did is there.
        deployment.sweeps.start();
        await().until(() -> deployment.sweeps.of(issuer).orElseThrow().state() != Sweep.State.RUNNING);
        Sweep sweep = deployment.sweeps.of(issuer).orElseThrow();

        assertThat(sweep.state()).isEqualTo(Sweep.State.DONE);
        assertThat(sweep.revoked()).isEqualTo(MANY + OWN).isEqualTo(sweep.total());
        assertThat(left())
                .filteredOn(serial ->
                        deployment.inventory.find(serial).orElseThrow().role() == CertificateRole.DEVICE)
                .as("the server has replaced its own")
                .containsExactly(newer);
        assertThat(deployment.audit.reasons("authority.swept"))
                .containsExactly(MANY + OWN + " certificates, superseded");
        assertThat(deployment.audit.last().actor()).isEqualTo("anna");
        assertThat(orders()).isEmpty();
    }

    @Test
    void what_cannot_be_an_order_keeps_no_server_from_starting() throws Exception {
        Path kept = Files.createDirectory(directory.resolve("sweeps"));
        Path damaged = Files.write(kept.resolve(issuer + ".sweep"), new byte[] {(byte) 0xff, '\n'});
        Path none = Files.createDirectory(kept.resolve("0f1e2d3c.sweep"));
        Path link = Files.createSymbolicLink(kept.resolve("0f1e2d3d.sweep"), directory.resolve("nowhere"));

        deployment.sweeps.start();

        assertThat(deployment.sweeps.of(issuer)).isEmpty();
        assertThat(orders()).containsExactlyInAnyOrder(damaged, none, link);
        assertThat(order(RevocationReason.SUPERSEDED).state()).isEqualTo(Sweep.State.DONE);
    }

    @Test
    void an_order_about_an_authority_that_is_not_here_is_put_away() throws Exception {
        new SweepOrder(new AuthorityId("0f1e2d3c"), RevocationReason.SUPERSEDED, "anna", clock.instant(), 7)
                .keep(new DataDirectory(directory));
        Path foreign = Files.writeString(directory.resolve("sweeps/notes.sweep"), "no order");
        deployment.sweeps.start();
        assertThat(orders()).containsExactly(foreign);
        assertThat(left()).hasSize(OWN);
    }
}
