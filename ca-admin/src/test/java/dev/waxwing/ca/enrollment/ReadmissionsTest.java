package dev.waxwing.ca.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.enrollment.EnrollmentResult.Enrolled;
import dev.waxwing.ca.enrollment.EnrollmentResult.Reason;
import dev.waxwing.ca.enrollment.EnrollmentResult.Refused;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.wire.Bytes;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmissionsTest {

    private static final byte[] SESSION = HexFormat.of().parseHex("000102030405060708090a0b0c0d0eff");

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate ended;
    private final KeyPair key = TestRequests.p256();

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
        ended = deployment.issue("camera-01", "temporary", key);
        deployment.clock.advance(Duration.ofDays(100));
    }

    private ReadmissionEntry allow() {
        return switch (allow(ended.serialNumber(), Readmissions.DEFAULT_LIFETIME)) {
            case ReadmissionResult.Allowed(var entry) -> entry;
            case ReadmissionResult refused -> throw new AssertionError(refused.toString());
        };
    }

    private ReadmissionResult allow(SerialNumber certificate, Duration lifetime) {
        return deployment.readmissions.allow("camera-01", certificate, lifetime, "anna");
    }

    private EnrollmentResult redeem(KeyPair pair) {
        return deployment.readmissions.redeem(TestRequests.enrolment("CN=camera-01", pair, SESSION), SESSION);
    }

    private static List<X509Certificate> chain(EnrollmentResult result) {
        return switch (result) {
            case Enrolled(var _, var chain) -> chain;
            case Refused refused -> throw new AssertionError(refused.toString());
        };
    }

    private static void assertRefused(EnrollmentResult result, Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void nobody_comes_back_who_was_not_let_in() {
        assertRefused(redeem(key), Reason.NOT_LET_IN);
        allow();
        assertRefused(redeem(TestRequests.p256()), Reason.NOT_LET_IN);
    }

    @Test
    void a_device_comes_back_with_its_key_and_by_its_profile() {
        ReadmissionEntry allowed = allow();
        List<X509Certificate> chain = chain(redeem(key));

        assertThat(chain)
                .hasSize(3)
                .endsWith(deployment.authority.issuingCertificate(), deployment.authority.rootCertificate());
        assertThat(chain.getFirst().getPublicKey()).isEqualTo(key.getPublic());
        assertThat(chain.getFirst().getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(7)));
        assertThat(deployment.audit.last().action()).isEqualTo("device.readmitted");
        assertThat(deployment.readmissions.of("camera-01")).hasValueSatisfying(entry -> {
            assertThat(entry.id()).isEqualTo(allowed.id());
            assertThat(entry.state()).isEqualTo(ReadmissionEntry.State.USED);
            assertThat(entry.certificate()).isEqualTo(SerialNumber.of(chain.getFirst()));
        });
    }

    @Test
    void comes_back_for_no_longer_than_an_operator_chose() {
        Duration chosen = Duration.ofDays(2);
        KeyPair other = TestRequests.p256();
        ended = deployment.issue(deployment.order("camera-01", "temporary", other, chosen));
        deployment.clock.advance(Duration.ofDays(3));
        allow();
        assertThat(chain(redeem(other)).getFirst().getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(chosen));
    }

    @Test
    void the_same_key_gets_the_same_chain_until_the_allowance_ends() {
        allow();
        List<X509Certificate> once = chain(redeem(key));
        deployment.clock.advance(Duration.ofDays(6));
        assertThat(chain(redeem(key))).isEqualTo(once);
        deployment.clock.advance(Duration.ofDays(1));
        assertRefused(redeem(key), Reason.EXPIRED);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(2);
    }

    @Test
    void an_allowance_that_ended_or_was_taken_back_lets_nobody_in() {
        allow();
        assertThat(deployment.readmissions.withdraw("camera-01", "anna")).isTrue();
        assertRefused(redeem(key), Reason.REVOKED);
        assertThat(deployment.readmissions.withdraw("camera-01", "anna")).isFalse();
        allow();
        deployment.clock.advance(Readmissions.DEFAULT_LIFETIME);
        assertRefused(redeem(key), Reason.EXPIRED);
        assertThat(deployment.readmissions.of("camera-01").orElseThrow().state())
                .isEqualTo(ReadmissionEntry.State.EXPIRED);
    }

    @Test
    void after_going_back_in_time_nobody_comes_back_by_what_was_allowed_before() {
        allow();
        assertThat(deployment.readmissions.voidUnsigned()).isEqualTo(1);
        assertRefused(redeem(key), Reason.REVOKED);
        assertThat(deployment.readmissions.voidUnsigned()).isZero();
    }

    @Test
    void an_allowance_that_was_used_without_a_certificate_is_void_too_and_a_finished_one_stays() {
        allow();
        List<X509Certificate> chain = chain(redeem(key));
        assertThat(deployment.readmissions.voidUnsigned()).isZero();
        assertThat(chain(redeem(key))).isEqualTo(chain);
        deployment
                .jdbc
                .sql("UPDATE certificate SET state = 'pending', certificate = NULL WHERE serial_number = :serial")
                .param("serial", SerialNumber.of(chain.getFirst()).toString())
                .update();
        assertThat(deployment.readmissions.voidUnsigned()).isEqualTo(1);
        assertRefused(redeem(key), Reason.REVOKED);
    }

    @Test
    void a_key_of_which_a_certificate_was_revoked_stays_out() {
        IssuedCertificate second = deployment.issue("camera-01", "temporary", key);
        allow();
        deployment.revocation.revoke(second.serialNumber(), RevocationReason.PRIVILEGE_WITHDRAWN, "anna");
        assertRefused(redeem(key), Reason.CERTIFICATE_REVOKED);
        assertThat(allow(ended.serialNumber(), Duration.ofDays(1))).isInstanceOf(ReadmissionResult.Refused.class);
    }

    @Test
    void a_name_that_got_another_key_since_needs_a_new_word_for_exactly_this_key() {
        allow();
        deployment.clock.advance(Duration.ofMinutes(1));
        deployment.issue("camera-01");
        assertRefused(redeem(key), Reason.OTHER_KEY_SINCE);
        deployment.clock.advance(Duration.ofMinutes(1));
        allow();
        chain(redeem(key));
    }

    @Test
    void a_certificate_that_holds_or_is_of_another_device_is_not_let_back_in() {
        IssuedCertificate good = deployment.issue("camera-01");
        IssuedCertificate other = deployment.issue("camera-02", "temporary", TestRequests.p256());
        deployment.clock.advance(Duration.ofDays(8));
        for (SerialNumber serial : List.of(good.serialNumber(), other.serialNumber())) {
            assertThat(allow(serial, Duration.ofDays(1))).isInstanceOf(ReadmissionResult.Refused.class);
            assertThat(deployment.audit.last().action()).isEqualTo("device.readmission-refused");
        }
    }

    @Test
    void lasts_from_a_minute_to_thirty_days() {
        for (Duration wrong :
                List.of(Duration.ofSeconds(59), Duration.ofDays(30).plusSeconds(1), Duration.ZERO)) {
            assertThat(allow(ended.serialNumber(), wrong)).isInstanceOf(ReadmissionResult.Invalid.class);
        }
        for (Duration right : List.of(Duration.ofMinutes(1), Duration.ofDays(30))) {
            assertThat(allow(ended.serialNumber(), right)).isInstanceOf(ReadmissionResult.Allowed.class);
        }
    }

    @Test
    void a_second_allowance_takes_the_place_of_the_first() {
        ReadmissionEntry before = allow();
        ReadmissionEntry after = allow();
        assertThat(after.id()).isNotEqualTo(before.id());
        assertThat(deployment
                        .jdbc
                        .sql("SELECT COUNT(*) FROM readmission WHERE open_name IS NOT NULL")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        chain(redeem(key));
    }

    @Test
    void refuses_a_request_of_another_session_name_or_form() {
        allow();
        byte[] elsewhere = TestRequests.enrolment("CN=camera-01", key, new byte[16]);
        assertRefused(deployment.readmissions.redeem(elsewhere, SESSION), Reason.WRONG_SESSION);
        byte[] other = TestRequests.enrolment("CN=camera-02", key, SESSION);
        assertRefused(deployment.readmissions.redeem(other, SESSION), Reason.OTHER_NAME);
        assertRefused(deployment.readmissions.redeem(new byte[] {1, 2}, SESSION), Reason.BAD_REQUEST);
        chain(redeem(key));
    }

    @Test
    void a_kill_between_binding_and_signing_leaves_an_allowance_that_the_same_key_can_use() {
        ReadmissionEntry allowed = allow();
        var order = deployment.order("camera-01", "temporary", key);
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        ReadmissionRepository repository = new ReadmissionRepository(deployment.jdbc, deployment.clock);
        assertThat(repository.use(allowed.id(), prepared.serialNumber())).isTrue();
        assertThat(repository.use(allowed.id(), prepared.serialNumber()))
                .as("it is used up")
                .isFalse();

        deployment.clock.advance(Duration.ofSeconds(3));
        X509Certificate certificate = chain(redeem(key)).getFirst();

        assertThat(SerialNumber.of(certificate)).isNotEqualTo(prepared.serialNumber());
        assertThat(deployment.issuance.sign(prepared)).isEmpty();
        assertThat(chain(redeem(key)).getFirst()).isEqualTo(certificate);
        assertThat(Certificates.spkiSha256(certificate.getPublicKey())).isEqualTo(allowed.spkiSha256());
    }

    @Test
    void a_removal_between_binding_and_signing_leaves_no_certificate() {
        ReadmissionEntry allowed = allow();
        var order = deployment.order("camera-01", "temporary", key);
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        ReadmissionRepository repository = new ReadmissionRepository(deployment.jdbc, deployment.clock);
        assertThat(repository.use(allowed.id(), prepared.serialNumber())).isTrue();

        deployment.revocation.revokeAll("camera-01", RevocationReason.CESSATION_OF_OPERATION, "anna");

        assertThat(deployment.issuance.sign(prepared)).isEmpty();
        assertRefused(redeem(key), Reason.REVOKED);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);
    }

    @Test
    void a_removed_device_does_not_come_back_by_an_allowance_that_is_left() {
        allow();
        deployment.removed.add("camera-01");
        assertRefused(redeem(key), Reason.REVOKED);
    }

    @Test
    void the_key_of_a_superseded_certificate_can_be_let_in() {
        KeyPair lost = TestRequests.p256();
        IssuedCertificate good = deployment.issue("camera-01", "camera", lost);
        SerialNumber renewed = renew(good.serialNumber());
        assertThat(deployment.renewals.use(renewed)).isTrue();
        deployment.clock.advance(Duration.ofMinutes(1));

        assertThat(allow(good.serialNumber(), Duration.ofDays(1))).isInstanceOf(ReadmissionResult.Allowed.class);
        chain(redeem(lost));
    }

    private SerialNumber renew(SerialNumber predecessor) {
        byte[] request = TestRequests.enrolment("CN=camera-01", TestRequests.p256(), SESSION);
        var renewed = deployment.renewals.renew(new RenewalOrder(
                "camera-01", predecessor, Bytes.of(request), HexFormat.of().formatHex(SESSION), true));
        return SerialNumber.of(((RenewalResult.Renewed) renewed).chain().getFirst());
    }

    private CertificateEntry entry(SerialNumber serialNumber) {
        return deployment.inventory.find(serialNumber).orElseThrow();
    }

    @Test
    void who_comes_back_with_a_former_key_has_lost_what_took_its_place() {
        KeyPair former = TestRequests.p256();
        SerialNumber first = deployment.issue("camera-01", "camera", former).serialNumber();
        SerialNumber second = renew(first);
        assertThat(deployment.renewals.use(second)).isTrue();
        SerialNumber third = renew(second);
        assertThat(deployment.renewals.use(third)).isTrue();
        SerialNumber unused = renew(third);
        SerialNumber apart = deployment.issue("camera-01").serialNumber();
        deployment.clock.advance(Duration.ofMinutes(1));
        allow(first, Duration.ofDays(1));
        deployment.revocation.revoke(third, RevocationReason.CERTIFICATE_HOLD, "anna");

        SerialNumber present = SerialNumber.of(chain(redeem(former)).getFirst());

        assertThat(List.of(entry(first), entry(second)))
                .as("as before")
                .extracting(CertificateEntry::supersededBy)
                .containsExactly(second, third);
        assertThat(List.of(entry(third), entry(unused)))
                .extracting(CertificateEntry::supersededBy)
                .containsOnly(present);
        assertThat(entry(unused).status()).isEqualTo(CertificateStatus.SUPERSEDED);
        assertThat(deployment.renewals.use(unused)).isFalse();
        deployment.revocation.release(third, "anna");
        assertThat(entry(third).status()).isEqualTo(CertificateStatus.SUPERSEDED);
        assertThat(entry(present).status()).isEqualTo(CertificateStatus.VALID);
        assertThat(entry(apart).status()).as("it followed none of these").isEqualTo(CertificateStatus.VALID);
        assertThat(deployment.audit.reasons("certificate.superseded"))
                .filteredOn(reason -> reason.endsWith("by " + present + ", with whose key it came back"))
                .hasSize(2);

        assertThat(SerialNumber.of(chain(redeem(former)).getFirst())).isEqualTo(present);
        assertThat(entry(present).supersededBy()).isNull();
        assertThat(deployment.audit.reasons("certificate.superseded")).hasSize(4);
    }

    @Test
    void what_is_lost_and_that_a_device_is_back_are_written_together_or_not_at_all() {
        KeyPair former = TestRequests.p256();
        SerialNumber first = deployment.issue("camera-01", "camera", former).serialNumber();
        SerialNumber second = renew(first);
        assertThat(deployment.renewals.use(second)).isTrue();
        deployment.clock.advance(Duration.ofMinutes(1));
        allow(first, Duration.ofDays(1));
        deployment.audit.failOn("device.readmitted");
        assertThatThrownBy(() -> redeem(former)).hasMessageContaining("full");
        assertThat(entry(second).supersededBy()).isNull();

        deployment.audit.failOn("");
        SerialNumber present = SerialNumber.of(chain(redeem(former)).getFirst());

        assertThat(entry(second).supersededBy()).isEqualTo(present);
    }
}
