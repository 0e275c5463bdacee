package dev.waxwing.ca.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.issuance.IssuedCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineRootTest {

    private static final String PASSPHRASE = "seven brown owls at dusk";

    @TempDir
    Path directory;

    private TestDeployment deployment;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory.resolve("data"));
    }

    private static <T> T done(CeremonyResult<T> result) {
        return switch (result) {
            case CeremonyResult.Done<T>(var made) -> made;
            case CeremonyResult.Refused<T> refused -> throw new AssertionError(refused.toString());
        };
    }

    private static String refused(CeremonyResult<?> result) {
        return switch (result) {
            case CeremonyResult.Refused<?>(var detail, var reference) -> {
                assertThat(reference).hasSize(16);
                yield detail;
            }
            case CeremonyResult.Done<?> done -> throw new AssertionError("not refused: " + done);
        };
    }

    private byte[] export() {
        return done(deployment.ceremonies.exportRoot(PASSPHRASE, "anna"));
    }

    private String rootFile() throws Exception {
        return Files.readString(directory.resolve("data/keys/root.pem"));
    }

    @Test
    void the_key_leaves_and_everything_daily_goes_on() throws Exception {
        byte[] export = export();
        done(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna"));

        assertThat(rootFile()).startsWith("-----BEGIN CERTIFICATE-----").doesNotContain("PRIVATE KEY");
        assertThat(deployment.audit.reasons("root.exported")).hasSize(1);
        assertThat(deployment.audit.reasons("root.removed")).hasSize(1);
        for (TestDeployment each : new TestDeployment[] {deployment, deployment.restarted()}) {
            assertThat(each.authority.root()).isEmpty();
            assertThat(each.authority.facts().rootKeyAtHand()).isFalse();
            IssuedCertificate issued = each.issue("camera-" + System.identityHashCode(each));
            long before = each.lists.issuing().number();
            each.clock.advance(Duration.ofHours(9));
            each.lists.rebuildWhereDue();
            assertThat(each.lists.issuing().number()).isGreaterThan(before);
            PkixCheck.of(each).withLists(issued.certificate());
            PkixCheck.of(each).withStaple(issued.certificate(), each.responder.staple(issued.certificate()));
        }
    }

    @Test
    void its_last_act_is_a_list_for_a_year() {
        deployment.clock.advance(Duration.ofDays(100));
        done(deployment.ceremonies.removeRoot(export(), PASSPHRASE, "anna"));
        assertThat(deployment.lists.root().nextUpdate())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
        assertThat(deployment.restarted().lists.root().number())
                .isEqualTo(deployment.lists.root().number());
    }

    @Test
    void refuses_to_remove_the_key_without_an_export_of_it() throws Exception {
        byte[] export = export();
        assertThat(refused(deployment.ceremonies.removeRoot(export, PASSPHRASE + "!", "anna")))
                .contains("does not open the file");
        assertThat(refused(deployment.ceremonies.removeRoot(new byte[0], PASSPHRASE, "anna")))
                .contains("no encrypted private key");
        byte[] damaged = export.clone();
        damaged[new String(export, StandardCharsets.US_ASCII).indexOf("-----END ENCRYPTED") - 70] ^= 1;
        refused(deployment.ceremonies.removeRoot(damaged, PASSPHRASE, "anna"));
        TestDeployment other = TestDeployment.in(directory.resolve("other"));
        byte[] foreign = done(other.ceremonies.exportRoot(PASSPHRASE, "anna"));
        assertThat(refused(deployment.ceremonies.removeRoot(foreign, PASSPHRASE, "anna")))
                .contains("another private key");

        assertThat(rootFile()).contains("ENCRYPTED PRIVATE KEY");
        assertThat(deployment.authority.root()).isPresent();
        assertThat(deployment.audit.reasons("root.removal-refused")).hasSize(4);
        assertThat(deployment.audit.reasons("root.removed")).isEmpty();
    }

    @Test
    void refuses_a_short_passphrase() {
        assertThat(refused(deployment.ceremonies.exportRoot("short", "anna"))).contains("at least 12 characters");
    }

    @Test
    void the_export_holds_no_key_in_the_clear_and_is_not_locked_with_the_servers_own_passphrase() throws Exception {
        String text = new String(export(), StandardCharsets.US_ASCII);
        assertThat(text)
                .startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("BEGIN PRIVATE KEY");
        String own = Files.readString(directory.resolve("data/keys/key-file")).strip();
        assertThat(refused(deployment.ceremonies.importRoot(text.getBytes(StandardCharsets.US_ASCII), own, "anna")))
                .contains("does not open the file");
    }

    @Test
    void without_the_key_a_rotation_refuses_and_says_what_to_do() {
        byte[] export = export();
        done(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna"));
        IssuingAuthority current = deployment.authority.issuers().getFirst();

        assertThat(refused(deployment.ceremonies.rotateIssuing("anna")))
                .contains("bin/server root import FILE")
                .contains("bin/server root remove FILE");
        assertThat(deployment.authority.issuers()).containsExactly(current);
        assertThat(deployment.audit.reasons("authority.rotation-refused")).hasSize(1);
        assertThat(refused(deployment.ceremonies.exportRoot(PASSPHRASE, "anna")))
                .contains("nothing to export");
    }

    @Test
    void the_key_comes_back_for_one_ceremony() throws Exception {
        byte[] export = export();
        done(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna"));
        long list = deployment.lists.root().number();
        deployment.clock.advance(Duration.ofDays(30));

        done(deployment.ceremonies.importRoot(export, PASSPHRASE, "anna"));
        assertThat(deployment.lists.root().number()).isGreaterThan(list);
        assertThat(deployment.lists.root().nextUpdate())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
        done(deployment.ceremonies.rotateIssuing("anna"));
        done(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna"));

        TestDeployment again = deployment.restarted();
        assertThat(again.authority.root()).isEmpty();
        assertThat(again.authority.issuers()).hasSize(2);
        PkixCheck.of(again).withLists(again.issue("camera-01").certificate());
    }

    @Test
    void an_import_survives_a_restart_under_the_servers_own_lock() {
        byte[] export = export();
        done(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna"));
        done(deployment.ceremonies.importRoot(export, PASSPHRASE, "anna"));
        assertThat(deployment.restarted().authority.root()).isPresent();
    }

    @Test
    void refuses_to_import_the_root_of_another_deployment() throws Exception {
        done(deployment.ceremonies.removeRoot(export(), PASSPHRASE, "anna"));
        TestDeployment other = TestDeployment.in(directory.resolve("other"));
        byte[] foreign = done(other.ceremonies.exportRoot(PASSPHRASE, "anna"));
        assertThat(refused(deployment.ceremonies.importRoot(foreign, PASSPHRASE, "anna")))
                .contains("another private key");
        assertThat(rootFile()).doesNotContain("PRIVATE KEY");
    }

    @Test
    void a_removal_that_cannot_be_written_leaves_the_key() throws Exception {
        byte[] export = export();
        Path keys = directory.resolve("data/keys");
        Path away = Files.move(keys, directory.resolve("away"));
        assertThat(refused(deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna")))
                .contains("cannot be written");
        Files.move(away, keys);

        assertThat(deployment.authority.root()).isPresent();
        assertThat(deployment.restarted().authority.root()).isPresent();
    }

    @Test
    void the_root_list_lapses_only_after_a_warning_of_sixty_days() {
        done(deployment.ceremonies.removeRoot(export(), PASSPHRASE, "anna"));
        var facts = deployment.lists.facts();
        assertThat(facts.rootListDue(facts.rootNextUpdate().minus(Duration.ofDays(61))))
                .isFalse();
        assertThat(facts.rootListDue(facts.rootNextUpdate().minus(Duration.ofDays(59))))
                .isTrue();

        deployment.clock.advance(Duration.ofDays(320));
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.lists.facts().rootNextUpdate()).isEqualTo(facts.rootNextUpdate());
    }
}
