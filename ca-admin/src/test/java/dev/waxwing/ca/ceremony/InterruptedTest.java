package dev.waxwing.ca.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.DyingDatabase;
import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.IssuingAuthority.State;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.issuance.IssuedCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The process dies at every step of a first start and of a rotation: after each statement and commit, and before the file that comes
 * next. Then it starts again.
 */
class InterruptedTest {

    /** More steps than either has, so that the last round goes through. */
    private static final int MOST_STEPS = 200;

    private final AdjustableClock clock = new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));

    private final DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());

    @TempDir
    Path directory;

    @Test
    void a_rotation_that_dies_before_the_turn_has_not_happened_and_is_taken_up_by_the_next() throws Exception {
        TestDeployment deployment = start(directory, database);
        IssuedCertificate before = deployment.issue("camera-01");
        AuthorityId first = deployment.authority.issuing().id();
        boolean withItsFiles = false;
        for (int steps = 0; deployment.authority.issuing().id().equals(first); steps += withItsFiles ? 0 : 1) {
            assertThat(steps).isLessThan(MOST_STEPS);
            database.dieAfter(steps, withItsFiles ? this::takeKeysAway : () -> {});
            deployment = died(deployment, before);
            withItsFiles = !withItsFiles;
        }
        // Whatever was prepared in vain was used by the one that went through.
        assertThat(deployment.authority.issuers())
                .extracting(IssuingAuthority::state)
                .containsExactly(State.CURRENT, State.RETIRED);
    }

    @Test
    void a_rotation_that_dies_after_the_turn_has_happened_and_is_completed_by_the_next_start() throws Exception {
        TestDeployment deployment = start(directory, database);
        IssuedCertificate before = deployment.issue("camera-01");
        // The turn itself is committed by the step after it.
        for (int steps = 1; steps < 30; steps += 4) {
            for (boolean withItsFiles : new boolean[] {false, true}) {
                AuthorityId former = deployment.authority.issuing().id();
                database.dieAfter("INSERT INTO issuing_turn", steps, withItsFiles ? this::takeKeysAway : () -> {});
                deployment = died(deployment, before);
                assertThat(deployment.authority.issuing().id()).isNotEqualTo(former);
            }
        }
    }

    /** Rotates on a database that is about to die, and starts again. */
    private TestDeployment died(TestDeployment deployment, IssuedCertificate before) throws Exception {
        Map<AuthorityId, Long> numbers = listNumbers(deployment);
        try {
            deployment.ceremonies.rotateIssuing("anna");
        } catch (RuntimeException e) {
            assertThat(database.isDead()).as(e.toString()).isTrue();
        }
        bringKeysBack();
        database.live();

        TestDeployment next = deployment.restarted();
        requireSound(next);
        listNumbers(next)
                .forEach((issuer, number) -> assertThat(number).isGreaterThan(numbers.getOrDefault(issuer, 0L)));
        judge(next, before);
        judge(next, next.issue("after"));
        return next;
    }

    private void takeKeysAway() {
        move("keys", "away");
    }

    private void bringKeysBack() {
        if (Files.exists(directory.resolve("away"))) {
            move("away", "keys");
        }
    }

    private void move(String from, String to) {
        try {
            Files.move(directory.resolve(from), directory.resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<AuthorityId, Long> listNumbers(TestDeployment deployment) {
        Map<AuthorityId, Long> numbers = new HashMap<>();
        deployment.lists.facts().issuers().forEach(list -> numbers.put(list.issuer(), list.number()));
        return numbers;
    }

    private static void requireSound(TestDeployment deployment) {
        assertThat(deployment.authority.issuers())
                .filteredOn(issuer -> issuer.state() == State.CURRENT)
                .hasSize(1);
        assertThat(files(deployment))
                .as("a file for every row, a row for every file")
                .containsExactlyInAnyOrderElementsOf(
                        rows(deployment, "SELECT id FROM certificate_authority WHERE role =" + " 'issuing'"));
        assertThat(rows(deployment, """
            SELECT serial_number FROM certificate
             WHERE state = 'issued' AND issuer NOT IN (SELECT authority FROM issuing_turn) AND role <> 'OCSP'
            """))
                .as("what an authority issued whose turn has not come")
                .isEmpty();
        AuthorityId current = deployment.authority.issuing().id();
        assertThat(deployment.credentials.server().chain().getLast())
                .isEqualTo(deployment.authority.issuingCertificate());
        assertThat(deployment.credentials.receipt().chain().getLast())
                .isEqualTo(deployment.authority.issuingCertificate());
        assertThat(deployment.credentials.responder(current)).isPresent();
        assertThat(deployment.lists.of(current)).isPresent();
    }

    private static List<String> files(TestDeployment deployment) {
        return deployment.keys.list("issuing").stream()
                .map(name -> name.substring("issuing-".length()))
                .toList();
    }

    private static List<String> rows(TestDeployment deployment, String sql) {
        return deployment.jdbc.sql(sql).query(String.class).list();
    }

    private static void judge(TestDeployment deployment, IssuedCertificate issued) throws Exception {
        PkixCheck.of(deployment).withLists(issued.certificate());
        PkixCheck.of(deployment).withStaple(issued.certificate(), deployment.responder.staple(issued.certificate()));
    }

    @Test
    void a_first_start_that_dies_at_any_step_is_taken_up_by_the_next() throws Exception {
        boolean died = true;
        for (int steps = 0; died; steps++) {
            assertThat(steps).isLessThan(MOST_STEPS);
            Path home = directory.resolve("start-" + steps);
            DyingDatabase fresh = new DyingDatabase(TestDeployment.newDatabase());
            fresh.dieAfter(steps, () -> {});
            died = diesStarting(home, fresh);
            fresh.live();
            TestDeployment started = start(home, fresh);
            requireSound(started);
            assertThat(started.authority.issuers()).hasSize(1);
            judge(started, started.issue("camera-01"));
        }
    }

    private boolean diesStarting(Path home, DyingDatabase database) {
        SecureRandom random = new SecureRandom();
        KeyStorage keys = KeyStorage.open(new DataDirectory(home), new KeysProperties(null), random);
        try {
            CertificateAuthority.open(keys, JdbcClient.create(database.dataSource()), clock, random);
        } catch (RuntimeException e) {
            assertThat(database.isDead()).as(e.toString()).isTrue();
        }
        return database.isDead();
    }

    private TestDeployment start(Path home, DyingDatabase database) {
        return new TestDeployment(
                home, database.dataSource(), clock, new KeysProperties(null), TestDeployment.properties(null));
    }
}
