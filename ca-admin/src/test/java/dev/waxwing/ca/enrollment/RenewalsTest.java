package dev.waxwing.ca.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.DyingDatabase;
import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.enrollment.RenewalResult.Reason;
import dev.waxwing.ca.enrollment.RenewalResult.Refused;
import dev.waxwing.ca.enrollment.RenewalResult.Renewed;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.wire.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalsTest {

    private static final byte[] SESSION = HexFormat.of().parseHex("000102030405060708090a0b0c0d0eff");
    private static final byte[] LATER_SESSION = HexFormat.of().parseHex("ff0102030405060708090a0b0c0d0eff");

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate first;
    private final KeyPair next = TestRequests.p256();

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
        first = deployment.issue("camera-01");
        deployment.clock.advance(Duration.ofDays(250));
    }

    private RenewalResult renew(SerialNumber predecessor, KeyPair key, byte[] session, boolean early) {
        byte[] request = TestRequests.enrolment("CN=camera-01", key, session);
        return deployment.renewals.renew(new RenewalOrder(
                "camera-01", predecessor, Bytes.of(request), HexFormat.of().formatHex(session), early));
    }

    private RenewalResult renew(KeyPair key) {
        return renew(first.serialNumber(), key, SESSION, false);
    }

    private static X509Certificate certificate(RenewalResult result) {
        return switch (result) {
            case Renewed(var chain) -> chain.getFirst();
            case Refused refused -> throw new AssertionError(refused.toString());
        };
    }

    private static SerialNumber serialNumber(RenewalResult result) {
        return SerialNumber.of(certificate(result));
    }

    private static void assertRefused(RenewalResult result, Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    private boolean superseded(SerialNumber serialNumber) {
        return deployment.inventory.presented(serialNumber).orElseThrow().supersededBy() != null;
    }

    private int certificates() {
        return deployment.inventory.ofName("camera-01", CertificateRole.DEVICE).size();
    }

    @Test
    void a_device_gets_a_certificate_for_a_new_key_by_the_profile_that_it_has() throws Exception {
        RenewalResult result = renew(next);

        assertThat(((Renewed) result).chain()).hasSize(2).endsWith(deployment.authority.issuingCertificate());
        X509Certificate certificate = certificate(result);
        assertThat(certificate.getPublicKey()).isEqualTo(next.getPublic());
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=camera-01");
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
        deployment.lists.rebuildWhereDue();
        PkixCheck.of(deployment).withLists(certificate);
        assertThat(deployment.audit.events().stream().map(AuditEvent::action)).contains("certificate.renewed");
        assertThat(superseded(first.serialNumber()))
                .as("as long as the new one is not used")
                .isFalse();
    }

    @Test
    void a_certificate_lasts_no_longer_than_the_one_before_was_issued_for() {
        Duration chosen = Duration.ofDays(7);
        IssuedCertificate brief =
                deployment.issue(deployment.order("camera-01", "camera", TestRequests.p256(), chosen));
        deployment.clock.advance(Duration.ofDays(5));
        X509Certificate renewed = certificate(renew(brief.serialNumber(), next, SESSION, false));
        assertThat(renewed.getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(chosen));

        deployment.renewals.use(SerialNumber.of(renewed));
        deployment.clock.advance(Duration.ofDays(5));
        X509Certificate again = certificate(renew(SerialNumber.of(renewed), TestRequests.p256(), SESSION, false));
        assertThat(again.getNotAfter().toInstant())
                .as("no shorter either")
                .isEqualTo(deployment.clock.instant().plus(chosen));
    }

    @Test
    void an_end_that_was_the_authoritys_does_not_make_the_next_certificate_short() {
        Instant end = deployment.authority.issuingCertificate().getNotAfter().toInstant();
        Duration left = Duration.ofDays(100);
        deployment.clock.advance(Duration.between(deployment.clock.instant(), end.minus(left)));
        IssuedCertificate cut = deployment.issue("camera-01");
        assertThat(cut.certificate().getNotAfter().toInstant()).isEqualTo(end);
        deployment.ceremonies.rotateIssuing("anna");

        X509Certificate renewed = certificate(renew(cut.serialNumber(), next, SESSION, true));

        assertThat(renewed.getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(365)));
    }

    @Test
    void the_same_key_gets_the_same_certificate_in_a_later_session() {
        X509Certificate once = certificate(renew(next));
        assertThat(certificate(renew(first.serialNumber(), next, LATER_SESSION, false)))
                .isEqualTo(once);
        deployment.renewals.use(SerialNumber.of(once));
        assertThat(certificate(renew(SerialNumber.of(once), next, LATER_SESSION, false)))
                .as("also when it is used")
                .isEqualTo(once);
        assertThat(certificates()).isEqualTo(2);
    }

    @Test
    void the_first_use_supersedes_the_predecessor_without_revoking_it() {
        SerialNumber renewed = serialNumber(renew(next));
        assertThat(deployment.renewals.use(renewed)).isTrue();

        assertThat(deployment
                        .inventory
                        .presented(first.serialNumber())
                        .orElseThrow()
                        .supersededBy())
                .isEqualTo(renewed);
        assertThat(superseded(renewed)).isFalse();
        assertThat(deployment.revocation.isRevoked(first.certificate())).isFalse();
        assertThat(deployment.inventory.find(first.serialNumber()).orElseThrow().revoked())
                .isFalse();
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .filteredOn(entry -> entry.supersededBy() != null)
                .extracting(CertificateEntry::serialNumber)
                .containsExactly(first.serialNumber());
        assertThat(deployment.audit.last().action()).isEqualTo("certificate.superseded");
        int events = deployment.audit.events().size();
        assertThat(deployment.renewals.use(renewed)).as("and again").isTrue();
        assertThat(deployment.audit.events()).hasSize(events);
    }

    @Test
    void a_certificate_that_is_no_renewal_supersedes_nothing() {
        IssuedCertificate other = deployment.issue("camera-01");
        assertThat(deployment.renewals.use(other.serialNumber())).isTrue();
        assertThat(superseded(first.serialNumber())).isFalse();
    }

    @Test
    void of_several_successors_the_first_that_is_used_stays() {
        SerialNumber lost = serialNumber(renew(next));
        SerialNumber kept = serialNumber(renew(TestRequests.p256()));
        assertThat(deployment.renewals.use(kept)).isTrue();

        assertThat(superseded(lost)).isTrue();
        assertThat(deployment.renewals.use(lost)).isFalse();
        assertThat(superseded(kept)).isFalse();
        assertRefused(renew(first.serialNumber(), next, LATER_SESSION, false), Reason.KEY_IN_USE);
        assertRefused(renew(first.serialNumber(), TestRequests.p256(), SESSION, false), Reason.NOT_NOW);
    }

    @Test
    void successors_that_race_for_the_place_do_not_lock_each_other_out() throws Exception {
        List<SerialNumber> successors = IntStream.range(0, 4)
                .mapToObj(_ -> serialNumber(renew(TestRequests.p256())))
                .toList();
        List<Boolean> let = race(4, i -> deployment.renewals.use(successors.get(i)));
        assertThat(let.stream().filter(in -> in)).hasSize(1);
        assertThat(successors.stream().filter(serial -> !superseded(serial))).hasSize(1);
    }

    @Test
    void what_a_revoked_certificate_was_promised_is_not_let_in() {
        SerialNumber renewed = serialNumber(renew(next));
        deployment.revocation.revoke(first.serialNumber(), RevocationReason.PRIVILEGE_WITHDRAWN, "anna");
        assertThat(deployment.renewals.use(renewed)).isFalse();
        assertRefused(renew(TestRequests.p256()), Reason.NOT_NOW);
    }

    @Test
    void nothing_is_renewed_in_the_first_half_of_its_life_unless_asked_for() {
        IssuedCertificate fresh = deployment.issue("camera-01");
        assertRefused(renew(fresh.serialNumber(), next, SESSION, false), Reason.NOT_NOW);
        certificate(renew(fresh.serialNumber(), next, SESSION, true));
    }

    @Test
    void a_life_of_minutes_is_renewed_by_the_same_rule_as_a_year() {
        SerialNumber brief = deployment
                .issue(deployment.order("camera-01", "camera", TestRequests.p256(), Duration.ofMinutes(3)))
                .serialNumber();
        assertThat(status(brief)).isEqualTo(CertificateStatus.VALID);
        deployment.clock.advance(Duration.ofSeconds(89));
        assertRefused(renew(brief, next, SESSION, false), Reason.NOT_NOW);
        deployment.clock.advance(Duration.ofSeconds(1));
        certificate(renew(brief, next, SESSION, false));
        deployment.clock.advance(Duration.ofSeconds(29));
        assertThat(status(brief)).isEqualTo(CertificateStatus.VALID);
        deployment.clock.advance(Duration.ofSeconds(1));
        assertThat(status(brief)).as("two thirds are over").isEqualTo(CertificateStatus.EXPIRING);
    }

    private CertificateStatus status(SerialNumber serialNumber) {
        return deployment.inventory.find(serialNumber).orElseThrow().status();
    }

    @Test
    void what_was_renewed_in_time_raises_no_alarm_at_its_end() {
        SerialNumber renewed = serialNumber(renew(next));
        deployment.clock.advance(Duration.ofDays(100));
        assertThat(found(CertificateStatus.EXPIRING)).as("not in use yet").containsExactly(first.serialNumber());

        deployment.renewals.use(renewed);

        assertThat(found(CertificateStatus.EXPIRING)).isEmpty();
        assertThat(found(CertificateStatus.VALID)).containsExactly(renewed);
        assertThat(found(CertificateStatus.SUPERSEDED)).containsExactly(first.serialNumber());
        assertThat(status(first.serialNumber())).isEqualTo(CertificateStatus.SUPERSEDED);
        deployment.clock.advance(Duration.ofDays(16));
        assertThat(found(CertificateStatus.SUPERSEDED)).isEmpty();
        assertThat(found(CertificateStatus.EXPIRED)).containsExactly(first.serialNumber());
    }

    private List<SerialNumber> found(CertificateStatus status) {
        var search = new CertificateSearch("camera-01", status, 0, 50);
        List<SerialNumber> found = deployment.inventory.list(search).stream()
                .map(CertificateEntry::serialNumber)
                .toList();
        assertThat(deployment.inventory.count(search)).isEqualTo(found.size());
        return found;
    }

    @Test
    void a_device_gets_five_a_day_and_no_more() {
        for (int i = 0; i < Renewals.MOST; i++) {
            certificate(renew(TestRequests.p256()));
            deployment.clock.advance(Duration.ofHours(1));
        }
        assertThat(renew(TestRequests.p256())).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.TOO_MANY);
            assertThat(refused.retryAfter())
                    .isBetween(Duration.ofHours(19), Duration.ofHours(19).plusSeconds(1));
        });
        deployment.clock.advance(Duration.ofHours(19).plusSeconds(1));
        certificate(renew(TestRequests.p256()));
    }

    @Test
    void a_repeat_is_not_counted() {
        for (int i = 0; i < 2 * Renewals.MOST; i++) {
            certificate(renew(next));
        }
        assertThat(certificates()).isEqualTo(2);
    }

    /** The first is answered, and the answer lost, after the repeat found the key unknown and before it is counted. */
    @Test
    void a_repeat_of_the_last_that_a_device_may_have_gets_the_same_answer() throws Exception {
        DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());
        deployment = new TestDeployment(
                Files.createDirectory(directory.resolve("other")),
                database.dataSource(),
                deployment.clock,
                new KeysProperties(null),
                TestDeployment.properties(null));
        first = deployment.issue("camera-01");
        deployment.clock.advance(Duration.ofDays(250));
        for (int i = 1; i < Renewals.MOST; i++) {
            certificate(renew(TestRequests.p256()));
        }
        List<X509Certificate> lost = new ArrayList<>();
        database.dieAfter("SELECT serial_number, issuer, subject", 0, () -> {
            database.live();
            lost.add(certificate(renew(next)));
        });

        assertThat(certificate(renew(next))).isEqualTo(lost.getFirst());
        assertRefused(renew(TestRequests.p256()), Reason.TOO_MANY);
    }

    @Test
    void refuses_a_request_of_another_session_or_name_or_without_its_key() {
        byte[] elsewhere = TestRequests.enrolment("CN=camera-01", next, LATER_SESSION);
        byte[] otherName = TestRequests.enrolment("CN=camera-02", next, SESSION);
        byte[] forged = TestRequests.enrolment("CN=camera-01", next, SESSION);
        forged[forged.length - 1] ^= 1;
        for (byte[] request : List.of(elsewhere, otherName, forged, new byte[] {1})) {
            assertRefused(
                    deployment.renewals.renew(new RenewalOrder(
                            "camera-01",
                            first.serialNumber(),
                            Bytes.of(request),
                            HexFormat.of().formatHex(SESSION),
                            true)),
                    Reason.BAD_REQUEST);
        }
        assertThat(certificates()).isEqualTo(1);
    }

    @Test
    void refuses_a_key_that_is_or_was_in_use_by_anybody() {
        KeyPair foreign = TestRequests.p256();
        deployment.issue("camera-02", "camera", foreign);
        KeyPair own = TestRequests.p256();
        IssuedCertificate before = deployment.issue("camera-01", "camera", own);
        for (KeyPair key : List.of(foreign, own)) {
            assertRefused(renew(before.serialNumber(), key, SESSION, true), Reason.KEY_IN_USE);
        }
        certificate(renew(next));
        byte[] request = TestRequests.enrolment("CN=camera-02", next, SESSION);
        SerialNumber others = deployment.issue("camera-02").serialNumber();
        assertRefused(
                deployment.renewals.renew(new RenewalOrder(
                        "camera-02", others, Bytes.of(request), HexFormat.of().formatHex(SESSION), true)),
                Reason.KEY_IN_USE);
    }

    @Test
    void refuses_what_is_over_or_of_another_device() {
        SerialNumber others = deployment.issue("camera-02").serialNumber();
        assertRefused(renew(others, next, SESSION, true), Reason.NOT_NOW);
        deployment.clock.advance(Duration.ofDays(200));
        assertRefused(renew(next), Reason.NOT_NOW);
    }

    @Test
    void a_kill_between_binding_and_signing_leaves_a_key_that_can_ask_again() {
        var order = deployment.order("camera-01", "camera", next);
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        String key = Certificates.spkiSha256(next.getPublic());
        RenewalRepository repository = new RenewalRepository(deployment.jdbc, deployment.clock);
        assertThat(repository.bind(key, prepared.serialNumber(), first.serialNumber(), "camera-01"))
                .isTrue();
        assertThat(certificates()).isEqualTo(1);

        deployment.clock.advance(Duration.ofSeconds(3));
        SerialNumber renewed = serialNumber(renew(next));

        assertThat(renewed).isNotEqualTo(prepared.serialNumber());
        assertThat(deployment.issuance.sign(prepared))
                .as("the first intent was given up")
                .isEmpty();
        assertThat(serialNumber(renew(next))).isEqualTo(renewed);
        assertThat(certificates()).isEqualTo(2);
    }

    @Test
    void a_kill_before_binding_leaves_nothing_but_an_intent() {
        var order = deployment.order("camera-01", "camera", next);
        assertThat(deployment.issuance.prepare(order)).isInstanceOf(Preparation.Prepared.class);
        certificate(renew(next));
        assertThat(certificates()).isEqualTo(2);
    }

    @Test
    void a_kill_before_the_answer_leaves_a_certificate_that_the_key_gets_after_a_restart() {
        X509Certificate lost = certificate(renew(next));
        deployment = deployment.restarted();
        assertThat(certificate(renew(next))).isEqualTo(lost);
    }

    @Test
    void one_key_that_races_with_itself_gets_one_certificate() throws Exception {
        List<X509Certificate> certificates = race(8, _ -> certificate(renew(next)));
        assertThat(certificates.stream().distinct()).hasSize(1);
        assertThat(certificates()).isEqualTo(2);
    }

    private interface Turn<T> {
        T take(int i) throws Exception;
    }

    private static <T> List<T> race(int runners, Turn<T> turn) throws Exception {
        CyclicBarrier start = new CyclicBarrier(runners);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < runners; i++) {
                int number = i;
                futures.add(threads.submit(() -> {
                    start.await();
                    return turn.take(number);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
