package dev.waxwing.ca.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.enrollment.ReadmissionEntry;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.CannotAcquireLockException;

class RevocationTest {

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate camera;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
        camera = deployment.issue("camera-01");
    }

    private RevocationResult revoke(RevocationReason reason) {
        return deployment.revocation.revoke(camera.serialNumber(), reason, "anna");
    }

    @Test
    void a_revoked_certificate_is_known_at_once_and_announced() {
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isFalse();

        assertThat(revoke(RevocationReason.KEY_COMPROMISE)).isInstanceOf(RevocationResult.Revoked.class);

        assertThat(deployment.revocation.isRevoked(camera.certificate())).isTrue();
        assertThat(deployment.events)
                .containsExactly(new CertificateRevoked(
                        camera.serialNumber().toString(), RevocationReason.KEY_COMPROMISE, false));
        assertThat(deployment.audit.reasons("certificate.revoked")).containsExactly("camera-01, keyCompromise");
        assertThat(deployment.inventory.find(camera.serialNumber()))
                .hasValueSatisfying(entry -> assertThat(entry.status()).isEqualTo(CertificateStatus.REVOKED));
    }

    @Test
    void the_set_is_loaded_at_the_start() {
        revoke(RevocationReason.SUPERSEDED);
        assertThat(deployment.restarted().revocation.isRevoked(camera.certificate()))
                .isTrue();
    }

    @Test
    void asking_again_for_the_same_reason_changes_nothing() {
        revoke(RevocationReason.SUPERSEDED);
        Instant at =
                deployment.inventory.find(camera.serialNumber()).orElseThrow().revokedAt();
        deployment.clock.advance(Duration.ofMinutes(1));

        assertThat(revoke(RevocationReason.SUPERSEDED))
                .isInstanceOfSatisfying(
                        RevocationResult.Revoked.class,
                        again -> assertThat(again.certificate().revokedAt()).isEqualTo(at));
        assertThat(deployment.events).hasSize(1);
        assertThat(deployment.audit.reasons("certificate.revoked")).hasSize(1);
    }

    @Test
    void a_reason_is_not_changed_afterwards() {
        revoke(RevocationReason.SUPERSEDED);
        assertThat(revoke(RevocationReason.KEY_COMPROMISE))
                .isInstanceOfSatisfying(RevocationResult.Refused.class, refused -> {
                    assertThat(refused.detail()).contains("superseded");
                    assertThat(refused.reference())
                            .isEqualTo(deployment.audit.last().reference());
                });
    }

    @Test
    void refuses_what_is_unknown_or_has_expired() {
        var unknown = new SerialNumber(BigInteger.TWO);
        assertThat(deployment.revocation.revoke(unknown, RevocationReason.UNSPECIFIED, "anna"))
                .isInstanceOf(RevocationResult.Unknown.class);
        deployment.clock.advance(Duration.ofDays(366));
        assertThat(revoke(RevocationReason.UNSPECIFIED))
                .isInstanceOfSatisfying(
                        RevocationResult.Refused.class,
                        refused -> assertThat(refused.detail()).contains("expired"));
    }

    @Test
    void nothing_is_announced_before_the_commit_and_nothing_without_it() {
        deployment.transactions.executeWithoutResult(_ -> {
            revoke(RevocationReason.SUPERSEDED);
            assertThat(deployment.events).isEmpty();
            assertThat(deployment.revocation.isRevoked(camera.certificate())).isFalse();
        });
        assertThat(deployment.events).hasSize(1);

        IssuedCertificate other = deployment.issue("camera-02");
        assertThatThrownBy(() -> deployment.transactions.executeWithoutResult(_ -> {
                    deployment.revocation.revoke(other.serialNumber(), RevocationReason.SUPERSEDED, "anna");
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(deployment.events).hasSize(1);
        assertThat(deployment.revocation.isRevoked(other.certificate())).isFalse();
        assertThat(deployment.inventory.find(other.serialNumber()).orElseThrow().revoked())
                .isFalse();
    }

    @Test
    void a_hold_is_a_revocation_until_it_is_released() throws Exception {
        assertThat(revoke(RevocationReason.CERTIFICATE_HOLD)).isInstanceOf(RevocationResult.Revoked.class);
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isTrue();
        assertThat(deployment.events)
                .containsExactly(new CertificateRevoked(
                        camera.serialNumber().toString(), RevocationReason.CERTIFICATE_HOLD, false));
        assertThat(deployment.audit.reasons("certificate.held")).containsExactly("camera-01, certificateHold");
        assertThat(deployment.restarted().revocation.isRevoked(camera.certificate()))
                .isTrue();
        deployment.lists.rebuildWhereChanged();
        Instant heldAt = deployment.clock.instant();
        deployment.clock.advance(Duration.ofHours(1));

        assertThat(deployment.revocation.release(camera.serialNumber(), "olga"))
                .isInstanceOfSatisfying(ReleaseResult.Released.class, released -> {
                    assertThat(released.certificate().status()).isEqualTo(CertificateStatus.VALID);
                    assertThat(released.certificate().revokedAt()).isNull();
                });
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isFalse();
        assertThat(deployment.revocation.find(camera.serialNumber())).isEmpty();
        assertThat(deployment.released)
                .containsExactly(new CertificateReleased(camera.serialNumber().toString()));
        assertThat(deployment.audit.last().actor()).isEqualTo("olga");
        assertThat(deployment.audit.reasons("certificate.released"))
                .containsExactly("camera-01, on hold since " + heldAt);
        assertThat(deployment.restarted().revocation.isRevoked(camera.certificate()))
                .isFalse();
        deployment.lists.rebuildWhereChanged();
        assertThat(PkixCheck.crl(deployment.lists.issuing().der()).getRevokedCertificate(camera.certificate()))
                .as("a complete list knows nothing of what was released")
                .isNull();
        PkixCheck.of(deployment).withLists(camera.certificate());
    }

    @Test
    void a_hold_becomes_a_revocation_for_good_as_of_its_beginning() {
        revoke(RevocationReason.CERTIFICATE_HOLD);
        Instant heldAt = deployment.clock.instant();
        deployment.clock.advance(Duration.ofHours(1));

        assertThat(revoke(RevocationReason.KEY_COMPROMISE))
                .isInstanceOfSatisfying(
                        RevocationResult.Revoked.class,
                        revoked -> assertThat(revoked.certificate().revokedAt()).isEqualTo(heldAt));
        assertThat(deployment.inventory.find(camera.serialNumber())).hasValueSatisfying(entry -> {
            assertThat(entry.revokedAt()).isEqualTo(heldAt);
            assertThat(entry.revocationReason()).isEqualTo(RevocationReason.KEY_COMPROMISE);
        });
        assertThat(deployment.revocation.find(camera.serialNumber()))
                .hasValueSatisfying(entry -> assertThat(entry.reason()).isEqualTo(RevocationReason.KEY_COMPROMISE));
        assertThat(deployment.audit.reasons("certificate.revoked"))
                .containsExactly("camera-01, keyCompromise, on hold since " + heldAt);
        assertThat(deployment.events).hasSize(2);
    }

    @Test
    void a_revocation_for_good_becomes_no_hold_and_is_not_released() {
        revoke(RevocationReason.SUPERSEDED);
        assertThat(revoke(RevocationReason.CERTIFICATE_HOLD))
                .isInstanceOfSatisfying(
                        RevocationResult.Refused.class,
                        refused -> assertThat(refused.detail()).contains("superseded"));
        assertThat(deployment.revocation.release(camera.serialNumber(), "anna"))
                .isInstanceOfSatisfying(ReleaseResult.Refused.class, refused -> {
                    assertThat(refused.detail()).contains("superseded", "for good");
                    assertThat(refused.reference())
                            .isEqualTo(deployment.audit.last().reference());
                });
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isTrue();
    }

    @Test
    void refuses_to_release_what_is_not_on_hold_or_not_there() {
        assertThat(deployment.revocation.release(camera.serialNumber(), "anna"))
                .isInstanceOfSatisfying(
                        ReleaseResult.Refused.class,
                        refused -> assertThat(refused.detail()).contains("not on hold"));
        assertThat(deployment.revocation.release(new SerialNumber(BigInteger.TWO), "anna"))
                .isInstanceOf(ReleaseResult.Unknown.class);
        assertThat(deployment.released).isEmpty();
    }

    @Test
    void many_holds_and_releases_at_once_leave_the_set_as_the_database_is() throws Exception {
        try (ExecutorService many = Executors.newFixedThreadPool(4)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean hold = i % 2 == 0;
                done.add(many.submit(() -> {
                    if (hold) {
                        revoke(RevocationReason.CERTIFICATE_HOLD);
                    } else {
                        deployment.revocation.release(camera.serialNumber(), "anna");
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
        assertThat(deployment.revocation.isRevoked(camera.certificate()))
                .isEqualTo(deployment
                        .inventory
                        .find(camera.serialNumber())
                        .orElseThrow()
                        .revoked());
    }

    @Test
    void a_key_that_turns_out_compromised_after_its_end_is_remembered() {
        deployment.clock.advance(Duration.ofDays(366));
        assertThat(revoke(RevocationReason.KEY_COMPROMISE)).isInstanceOf(RevocationResult.Revoked.class);
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.revocation.find(camera.serialNumber())).isEmpty();
    }

    @Test
    void a_device_loses_all_that_has_not_ended() {
        IssuedCertificate held = deployment.issue("camera-01");
        deployment.revocation.revoke(held.serialNumber(), RevocationReason.CERTIFICATE_HOLD, "anna");
        IssuedCertificate gone = deployment.issue("camera-01");
        deployment.revocation.revoke(gone.serialNumber(), RevocationReason.SUPERSEDED, "anna");
        IssuedCertificate other = deployment.issue("camera-02");
        deployment.issue("camera-01", "server", TestRequests.p256());

        var changed = deployment
                .revocation
                .revokeDevice("camera-01", RevocationReason.CESSATION_OF_OPERATION, "olga")
                .orElseThrow();

        assertThat(changed)
                .extracting(CertificateEntry::serialNumber)
                .containsExactlyInAnyOrder(camera.serialNumber(), held.serialNumber());
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isTrue();
        assertThat(deployment.revocation.isRevoked(other.certificate())).isFalse();
        assertThat(deployment.inventory.find(gone.serialNumber()).orElseThrow().revocationReason())
                .isEqualTo(RevocationReason.SUPERSEDED);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.SERVER))
                .noneMatch(CertificateEntry::revoked);
        assertThat(deployment.revocation.revokeDevice("camera-01", RevocationReason.CESSATION_OF_OPERATION, "olga"))
                .as("asking again changes nothing")
                .hasValueSatisfying(again -> assertThat(again).isEmpty());
        assertThat(deployment.revocation.revokeDevice("camera-99", RevocationReason.UNSPECIFIED, "olga"))
                .isEmpty();
    }

    @Test
    void all_certificates_are_changed_before_the_first_is_audited() {
        deployment.issue("camera-01");
        List<Boolean> complete = new ArrayList<>();
        Revocation watched =
                revocation(_ -> complete.add(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE).stream()
                        .allMatch(CertificateEntry::revoked)));
        watched.revokeDevice("camera-01", RevocationReason.CESSATION_OF_OPERATION, "anna");
        assertThat(complete).containsExactly(true, true);
    }

    @Test
    void a_revocation_that_the_database_breaks_off_is_done_once_more() {
        AtomicInteger broken = new AtomicInteger();
        Revocation contended = revocation(_ -> {
            if (broken.getAndIncrement() == 0) {
                throw new CannotAcquireLockException("a deadlock");
            }
        });
        assertThat(contended.revoke(camera.serialNumber(), RevocationReason.SUPERSEDED, "anna"))
                .isInstanceOf(RevocationResult.Revoked.class);
        assertThat(contended.isRevoked(camera.certificate())).isTrue();
        assertThat(deployment.events).hasSize(1);
    }

    @Test
    void a_listener_that_fails_after_the_commit_has_nothing_done_again() {
        Revocation told = new Revocation(
                deployment.inventory,
                deployment.audit,
                deployment.transactions,
                event -> {
                    throw new CannotAcquireLockException("that of " + event);
                },
                deployment.clock);
        assertThatThrownBy(() -> told.revoke(camera.serialNumber(), RevocationReason.SUPERSEDED, "anna"))
                .isInstanceOf(CannotAcquireLockException.class);
        assertThat(deployment.audit.reasons("certificate.revoked")).hasSize(1);
    }

    private Revocation revocation(AuditTrail audit) {
        return new Revocation(
                deployment.inventory,
                audit,
                deployment.transactions,
                event -> deployment.events.add((CertificateRevoked) event),
                deployment.clock);
    }

    @Test
    void a_compromised_device_loses_what_has_ended_too_and_does_not_come_back() {
        deployment.clock.advance(Duration.ofDays(366));
        deployment.readmissions.allow("camera-01", camera.serialNumber(), Duration.ofDays(1), "anna");

        assertThat(deployment
                        .revocation
                        .revokeDevice("camera-01", RevocationReason.CESSATION_OF_OPERATION, "olga")
                        .orElseThrow())
                .isEmpty();
        assertThat(deployment.readmissions.of("camera-01").orElseThrow().state())
                .isEqualTo(ReadmissionEntry.State.WITHDRAWN);
        assertThat(deployment.audit.last().action()).isEqualTo("device.readmission-withdrawn");

        assertThat(deployment
                        .revocation
                        .revokeDevice("camera-01", RevocationReason.KEY_COMPROMISE, "olga")
                        .orElseThrow())
                .extracting(CertificateEntry::serialNumber)
                .containsExactly(camera.serialNumber());
        assertThat(deployment
                        .inventory
                        .find(camera.serialNumber())
                        .orElseThrow()
                        .revocationReason())
                .isEqualTo(RevocationReason.KEY_COMPROMISE);
    }

    @Test
    void who_fails_to_hear_of_one_revocation_keeps_the_others_from_nobody() {
        IssuedCertificate second = deployment.issue("camera-01");
        deployment.failOn = second.serialNumber().toString();
        assertThatThrownBy(() -> deployment.revocation.revokeDevice(
                        "camera-01", RevocationReason.CESSATION_OF_OPERATION, "anna"))
                .hasMessageContaining("deaf");
        assertThat(deployment.events).hasSize(1);
        assertThat(deployment.revocation.isRevoked(camera.certificate())).isTrue();
        assertThat(deployment.revocation.isRevoked(second.certificate())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void the_list_holds_each_reason(RevocationReason reason) throws Exception {
        revoke(reason);
        deployment.lists.rebuildWhereChanged();

        X509CRL list = PkixCheck.crl(deployment.lists.issuing().der());
        list.verify(deployment.authority.issuingCertificate().getPublicKey());
        var entry = list.getRevokedCertificate(camera.certificate());
        assertThat(entry.getRevocationDate().toInstant()).isEqualTo(deployment.clock.instant());
        assertThat(entry.getRevocationReason())
                .isEqualTo(reason == RevocationReason.UNSPECIFIED ? null : CRLReason.values()[reason.code()]);
    }

    @Test
    void the_jdk_judges_by_the_lists() throws Exception {
        PkixCheck.of(deployment).withLists(camera.certificate());
        revoke(RevocationReason.KEY_COMPROMISE);
        deployment.clock.advance(Duration.ofSeconds(1));
        deployment.lists.rebuildWhereChanged();

        assertThatThrownBy(() -> PkixCheck.of(deployment).withLists(camera.certificate()))
                .hasMessageContaining("revoked");
        PkixCheck.of(deployment).withLists(deployment.issue("camera-02").certificate());
    }

    @Test
    void list_numbers_only_grow() throws Exception {
        long first = deployment.lists.issuing().number();
        revoke(RevocationReason.SUPERSEDED);
        deployment.lists.rebuildWhereChanged();
        long second = deployment.lists.issuing().number();
        long third = deployment.restarted().lists.issuing().number();

        assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
        byte[] extension =
                PkixCheck.crl(deployment.lists.issuing().der()).getExtensionValue(Extension.cRLNumber.getId());
        assertThat(ASN1Integer.getInstance(
                                ASN1OctetString.getInstance(extension).getOctets())
                        .getValue())
                .isEqualTo(BigInteger.valueOf(second));
    }

    @Test
    void the_list_is_renewed_at_least_twice_in_its_lifetime() {
        RevocationList first = deployment.lists.issuing();
        assertThat(Duration.between(first.thisUpdate(), first.nextUpdate())).isEqualTo(Duration.ofHours(24));

        deployment.clock.advance(Duration.ofHours(7));
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.lists.issuing()).isSameAs(first);
        deployment.clock.advance(Duration.ofHours(2));
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.lists.issuing().number()).isGreaterThan(first.number());
        assertThat(deployment.lists.facts().current().nextUpdate())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofHours(24)));
    }

    @Test
    void lists_of_the_future_are_replaced_after_the_clock_was_set_back() {
        long issuing = deployment.lists.issuing().number();
        long root = deployment.lists.root().number();
        deployment.clock.advance(Duration.ofDays(-2));

        deployment.lists.rebuildWhereDue();

        assertThat(deployment.lists.issuing().thisUpdate()).isEqualTo(deployment.clock.instant());
        assertThat(deployment.lists.root().thisUpdate()).isEqualTo(deployment.clock.instant());
        assertThat(deployment.lists.issuing().number()).isGreaterThan(issuing);
        assertThat(deployment.lists.root().number()).isGreaterThan(root);
    }

    @Test
    void a_list_that_cannot_be_made_leaves_the_present_one_and_shows_in_health() {
        RevocationList present = deployment.lists.issuing();
        deployment.jdbc.sql("ALTER TABLE revocation_list RENAME TO away").update();
        revoke(RevocationReason.SUPERSEDED);
        deployment.lists.rebuildWhereChanged();
        assertThat(deployment.lists.issuing()).isSameAs(present);
        assertThat(deployment.lists.facts().failure()).isNotNull();

        deployment.jdbc.sql("ALTER TABLE away RENAME TO revocation_list").update();
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.lists.issuing().number()).isGreaterThan(present.number());
        assertThat(deployment.lists.facts().failure()).isNull();
    }

    @Test
    void an_entry_leaves_the_list_only_after_the_certificate_has_ended_and_a_list_was_made() throws Exception {
        IssuedCertificate temporary = deployment.issue("t", "temporary", TestRequests.p256());
        deployment.revocation.revoke(temporary.serialNumber(), RevocationReason.SUPERSEDED, "anna");
        deployment.clock.advance(Duration.ofDays(7).plusHours(1));
        deployment.lists.rebuildWhereDue();
        assertThat(PkixCheck.crl(deployment.lists.issuing().der()).getRevokedCertificate(temporary.certificate()))
                .isNotNull();
        assertThat(deployment.lists.facts().revokedCertificates()).isZero();

        deployment.clock.advance(Duration.ofHours(24));
        deployment.lists.rebuildWhereDue();
        assertThat(PkixCheck.crl(deployment.lists.issuing().der()).getRevokedCertificate(temporary.certificate()))
                .isNull();
    }

    @Test
    void the_roots_list_lives_a_year_and_survives_a_restart() throws Exception {
        RevocationList root = deployment.lists.root();
        PkixCheck.crl(root.der()).verify(deployment.authority.rootCertificate().getPublicKey());
        assertThat(root.nextUpdate()).isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
        assertThat(deployment.restarted().lists.root().der()).isEqualTo(root.der());

        deployment.clock.advance(Duration.ofDays(306));
        deployment.lists.rebuildWhereDue();
        assertThat(deployment.lists.root().number()).isGreaterThan(root.number());
        assertThat(deployment.lists.facts().rootNextUpdate())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
    }

    @Test
    void a_status_filter_finds_exactly_those_that_stand_so() {
        IssuedCertificate temporary = deployment.issue("t", "temporary", TestRequests.p256());
        revoke(RevocationReason.SUPERSEDED);
        deployment.clock.advance(Duration.ofDays(6));
        assertThat(names(CertificateStatus.REVOKED)).containsExactly("camera-01");
        assertThat(names(CertificateStatus.EXPIRING)).containsExactly("t");
        assertThat(names(CertificateStatus.VALID))
                .doesNotContain("t", "camera-01")
                .contains("gate-01");

        deployment.clock.advance(Duration.ofDays(2));
        assertThat(names(CertificateStatus.EXPIRED)).containsExactly("t");
        assertThat(deployment
                        .inventory
                        .find(temporary.serialNumber())
                        .orElseThrow()
                        .status())
                .isEqualTo(CertificateStatus.EXPIRED);
    }

    @Test
    void a_search_takes_its_query_literally() {
        deployment.issue("a_b");
        deployment.issue("axb");
        assertThat(find("A_B")).containsExactly("a_b");
        assertThat(find("%")).isEmpty();
        assertThat(find("!")).isEmpty();
        assertThat(find("'; DROP TABLE certificate; --")).isEmpty();
        assertThat(find(camera.serialNumber().toString().substring(3, 20))).containsExactly("camera-01");
    }

    @Test
    void pages_are_newest_first_and_do_not_overlap() {
        for (int i = 0; i < 5; i++) {
            deployment.clock.advance(Duration.ofSeconds(1));
            deployment.issue("page-" + i);
        }
        assertThat(page(0)).containsExactly("page-4", "page-3");
        assertThat(page(1)).containsExactly("page-2", "page-1");
        assertThat(page(2)).containsExactly("page-0");
        assertThat(deployment.inventory.count(new CertificateSearch("page-", null, 0, 2)))
                .isEqualTo(5);
    }

    private List<String> page(int page) {
        return deployment.inventory.list(new CertificateSearch("page-", null, page, 2)).stream()
                .map(entry -> entry.name())
                .toList();
    }

    private List<String> find(String query) {
        return deployment.inventory.list(new CertificateSearch(query, null, 0, 50)).stream()
                .map(entry -> entry.name())
                .toList();
    }

    private List<String> names(CertificateStatus status) {
        var search = new CertificateSearch(null, status, 0, 50);
        List<String> names = deployment.inventory.list(search).stream()
                .map(entry -> entry.name())
                .toList();
        assertThat(deployment.inventory.count(search)).isEqualTo(names.size());
        return names;
    }

    @Test
    void an_issuer_that_had_no_list_yet_does_not_begin_at_one_after_the_database_went_back_in_time() {
        deployment.jdbc.sql("DELETE FROM revocation_list").update();

        ListNumberJump.raise(deployment.jdbc, deployment.clock.instant());

        RevocationLists after = deployment.restarted().lists;
        assertThat(after.issuing().number())
                .isGreaterThan(deployment.clock.instant().getEpochSecond());
        assertThat(after.root().number())
                .isGreaterThan(deployment.clock.instant().getEpochSecond());
    }

    @Test
    void numbers_go_on_beyond_all_that_were_given_out_since_the_database_went_back_in_time() throws Exception {
        RevocationList root = deployment.lists.root();
        revoke(RevocationReason.SUPERSEDED);
        deployment.lists.rebuildWhereChanged();
        long issuing = deployment.lists.issuing().number();

        ListNumberJump.raise(deployment.jdbc, deployment.clock.instant());

        RevocationLists after = deployment.restarted().lists;
        assertThat(after.issuing().number())
                .isGreaterThan(deployment.clock.instant().getEpochSecond());
        // The kept list of the root has a number from before; one that is beyond takes its place while the key is at
        // hand.
        assertThat(after.root().number())
                .isGreaterThan(deployment.clock.instant().getEpochSecond());
        assertThat(after.root().thisUpdate()).isAfterOrEqualTo(root.thisUpdate());
        PkixCheck.crl(after.root().der())
                .verify(deployment.authority.rootCertificate().getPublicKey());
        assertThat(deployment.restarted().lists.root().der())
                .isEqualTo(after.root().der());

        // A clock that is wrong does not lead into numbers that were used.
        ListNumberJump.raise(deployment.jdbc, Instant.EPOCH);
        assertThat(deployment.restarted().lists.issuing().number())
                .isGreaterThan(after.issuing().number() + 1_000_000)
                .isGreaterThan(issuing);
    }
}
