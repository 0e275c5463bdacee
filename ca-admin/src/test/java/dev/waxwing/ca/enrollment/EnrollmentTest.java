package dev.waxwing.ca.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.enrollment.EnrollmentResult.Enrolled;
import dev.waxwing.ca.enrollment.EnrollmentResult.Reason;
import dev.waxwing.ca.enrollment.EnrollmentResult.Refused;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.ca.issuance.PreparedCertificate;
import dev.waxwing.enrollment.Invite;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrollmentTest {

    private static final byte[] SESSION = HexFormat.of().parseHex("000102030405060708090a0b0c0d0eff");

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private final KeyPair pair = TestRequests.p256();

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
    }

    private Invite invite(String name) {
        return created(new InviteOrder(name, null, null, false)).invite();
    }

    private InviteResult.Created created(InviteOrder order) {
        return switch (deployment.invites.create(order, "anna")) {
            case InviteResult.Created created -> created;
            case InviteResult refused -> throw new AssertionError(refused.toString());
        };
    }

    private EnrollmentResult redeem(Invite invite, KeyPair key) {
        byte[] request = TestRequests.enrolment("CN=" + invite.name(), key, SESSION);
        return deployment.enrollment.redeem(invite.token().bytes(), request, SESSION);
    }

    private List<X509Certificate> chain(EnrollmentResult result) {
        return switch (result) {
            case Enrolled(var name, var chain) -> chain;
            case Refused refused -> throw new AssertionError(refused.toString());
        };
    }

    private void assertRefused(EnrollmentResult result, Reason reason) {
        assertThat(result).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            boolean beforeTheInviteIsLookedFor = Set.of(Reason.BAD_REQUEST, Reason.WRONG_SESSION, Reason.UNKNOWN_TOKEN)
                    .contains(reason);
            assertThat(refused.invite()).isEqualTo(beforeTheInviteIsLookedFor ? "unknown" : "camera-01");
            // Whoever asked does that, under the one reference that the device is told.
            assertThat(deployment.audit.events())
                    .noneMatch(event -> event.actor().startsWith("device:") && event.outcome() == Outcome.REFUSED);
        });
    }

    @Test
    void an_invite_lets_a_device_in() throws Exception {
        Invite invite = invite("camera-01");
        List<X509Certificate> chain = chain(redeem(invite, pair));

        assertThat(chain)
                .hasSize(3)
                .endsWith(deployment.authority.issuingCertificate(), deployment.authority.rootCertificate());
        assertThat(chain.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=camera-01");
        assertThat(chain.getFirst().getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(Certificates.spkiSha256Bytes(chain.getLast().getPublicKey())).isEqualTo(invite.rootSpkiSha256());
        PkixCheck.of(deployment).withLists(chain.getFirst());
        assertThat(deployment.audit.last().action()).isEqualTo("invite.redeemed");
        assertThat(deployment.invites.list(InviteState.REDEEMED, "", 0, 50)).hasSize(1);
    }

    @Test
    void the_name_may_be_left_to_the_invite() {
        Invite invite = invite("camera-01");
        byte[] request = TestRequests.enrolment("", pair, SESSION);
        var chain = chain(deployment.enrollment.redeem(invite.token().bytes(), request, SESSION));
        assertThat(chain.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=camera-01");
    }

    @Test
    void the_same_key_gets_the_same_chain_until_the_invite_expires() {
        Invite invite = invite("camera-01");
        List<X509Certificate> first = chain(redeem(invite, pair));
        deployment.clock.advance(Duration.ofHours(23));
        assertThat(chain(redeem(invite, pair))).isEqualTo(first);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);

        deployment.clock.advance(Duration.ofHours(2));
        assertRefused(redeem(invite, pair), Reason.EXPIRED);
    }

    @Test
    void any_other_key_is_refused() {
        Invite invite = invite("camera-01");
        chain(redeem(invite, pair));
        assertRefused(redeem(invite, TestRequests.p256()), Reason.OTHER_KEY);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);
    }

    @Test
    void a_forged_token_is_refused() {
        byte[] request = TestRequests.enrolment("CN=camera-01", pair, SESSION);
        assertRefused(deployment.enrollment.redeem(new byte[16], request, SESSION), Reason.UNKNOWN_TOKEN);
        assertRefused(deployment.enrollment.redeem(new byte[15], request, SESSION), Reason.UNKNOWN_TOKEN);
        assertRefused(deployment.enrollment.redeem(new byte[0], request, SESSION), Reason.UNKNOWN_TOKEN);
    }

    @Test
    void an_expired_invite_is_refused() {
        Invite invite = created(new InviteOrder("camera-01", null, Duration.ofMinutes(1), false))
                .invite();
        deployment.clock.advance(Duration.ofMinutes(1));
        assertRefused(redeem(invite, pair), Reason.EXPIRED);
        assertThat(deployment.invites.count(InviteState.EXPIRED, "")).isEqualTo(1);
    }

    @Test
    void a_revoked_invite_is_refused() {
        var created = created(new InviteOrder("camera-01", null, null, false));
        assertThat(deployment.invites.revoke(created.id(), "anna"))
                .hasValueSatisfying(invite -> assertThat(invite.state()).isEqualTo(InviteState.REVOKED));
        assertRefused(redeem(created.invite(), pair), Reason.REVOKED);
    }

    @Test
    void another_name_is_refused_and_leaves_the_invite_open() {
        Invite invite = invite("camera-01");
        byte[] request = TestRequests.enrolment("CN=camera-02", pair, SESSION);
        assertRefused(deployment.enrollment.redeem(invite.token().bytes(), request, SESSION), Reason.OTHER_NAME);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
        chain(redeem(invite, pair));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "000102030405060708090a0b0c0d0efe", "000102030405060708090A0B0C0D0EFF"})
    void a_request_of_another_session_does_not_touch_the_token(String challenge) {
        Invite invite = invite("camera-01");
        byte[] request = challenge.isEmpty()
                ? TestRequests.request("CN=camera-01", pair)
                : TestRequests.challenge("CN=camera-01", pair, challenge);
        assertRefused(deployment.enrollment.redeem(invite.token().bytes(), request, SESSION), Reason.WRONG_SESSION);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
    }

    @Test
    void a_bad_request_does_not_touch_the_token() {
        Invite invite = invite("camera-01");
        byte[] token = invite.token().bytes();
        byte[] forged = TestRequests.enrolment("CN=camera-01", pair, SESSION);
        forged[forged.length - 1] ^= 1;
        assertRefused(deployment.enrollment.redeem(token, forged, SESSION), Reason.BAD_REQUEST);
        byte[] weak = TestRequests.enrolment("CN=camera-01", TestRequests.rsa(1024), SESSION);
        assertRefused(deployment.enrollment.redeem(token, weak, SESSION), Reason.BAD_REQUEST);
        assertRefused(deployment.enrollment.redeem(token, new byte[0], SESSION), Reason.BAD_REQUEST);
        assertRefused(deployment.enrollment.redeem(token, new byte[100_000], SESSION), Reason.BAD_REQUEST);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
    }

    @Test
    void a_key_in_use_elsewhere_is_refused_and_leaves_the_invite_open() {
        deployment.issue("camera-09", "camera", pair);
        assertRefused(redeem(invite("camera-01"), pair), Reason.NOT_ISSUED);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
    }

    @Test
    void a_revoked_certificate_does_not_come_back() {
        Invite invite = invite("camera-01");
        X509Certificate certificate = chain(redeem(invite, pair)).getFirst();
        deployment.revocation.revoke(SerialNumber.of(certificate), RevocationReason.PRIVILEGE_WITHDRAWN, "anna");
        assertRefused(redeem(invite, pair), Reason.CERTIFICATE_REVOKED);
    }

    @Test
    void a_device_that_came_by_another_way_meanwhile_is_not_doubled() {
        Invite invite = invite("camera-01");
        deployment.issue("camera-01");
        assertRefused(redeem(invite, pair), Reason.NAME_TAKEN);
    }

    @Test
    void a_replacement_supersedes_what_the_device_had_before() {
        IssuedCertificate before = deployment.issue("camera-01");
        deployment.clock.advance(Duration.ofMinutes(1));
        Invite invite = created(new InviteOrder("camera-01", null, null, true)).invite();
        assertThat(deployment.revocation.isRevoked(before.certificate())).isFalse();

        X509Certificate after = chain(redeem(invite, pair)).getFirst();

        assertThat(deployment
                        .inventory
                        .find(before.serialNumber())
                        .orElseThrow()
                        .revocationReason())
                .isEqualTo(RevocationReason.SUPERSEDED);
        assertThat(deployment.revocation.isRevoked(after)).isFalse();

        deployment.clock.advance(Duration.ofMinutes(1));
        IssuedCertificate renewed = deployment.issue("camera-01", "camera", pair);
        chain(redeem(invite, pair));
        assertThat(deployment.revocation.isRevoked(renewed.certificate()))
                .as("what came later is not superseded by a repeat")
                .isFalse();
    }

    @Test
    void a_kill_between_binding_and_signing_leaves_an_invite_that_the_same_key_can_redeem() {
        Invite invite = invite("camera-01");
        PreparedCertificate prepared = bind("camera-01", pair);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .isEmpty();

        assertRefused(redeem(invite, TestRequests.p256()), Reason.OTHER_KEY);
        deployment.clock.advance(Duration.ofSeconds(3));
        X509Certificate certificate = chain(redeem(invite, pair)).getFirst();

        assertThat(SerialNumber.of(certificate)).isNotEqualTo(prepared.serialNumber());
        assertThat(deployment.issuance.sign(prepared))
                .as("the first intent was given up")
                .isEmpty();
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);
        assertThat(chain(redeem(invite, pair)).getFirst()).isEqualTo(certificate);
    }

    @Test
    void of_many_keys_that_race_for_one_invite_exactly_one_wins() throws Exception {
        Invite invite = invite("camera-01");
        List<EnrollmentResult> results = race(8, _ -> redeem(invite, TestRequests.p256()));

        assertThat(results.stream().filter(Enrolled.class::isInstance)).hasSize(1);
        assertThat(results.stream().filter(Refused.class::isInstance))
                .hasSize(7)
                .allSatisfy(
                        refused -> assertThat(((Refused) refused).reason()).isIn(Reason.OTHER_KEY, Reason.NAME_TAKEN));
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);
    }

    @Test
    void one_key_that_races_with_itself_gets_one_certificate() throws Exception {
        Invite invite = invite("camera-01");
        List<EnrollmentResult> results = race(8, _ -> redeem(invite, pair));

        assertThat(results.stream().map(result -> chain(result).getFirst()).distinct())
                .hasSize(1);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .hasSize(1);
    }

    @Test
    void a_repeat_waits_for_the_signature_that_is_being_made() throws Exception {
        Invite invite = invite("camera-01");
        var order = deployment.order("camera-01", "camera", pair);
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        String id = deployment.invites.list(null, "", 0, 1).getFirst().id();
        new InviteRepository(deployment.jdbc, deployment.clock)
                .redeem(id, Certificates.spkiSha256(pair.getPublic()), prepared.serialNumber());

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<EnrollmentResult> repeat = threads.submit(() -> redeem(invite, pair));
            X509Certificate signed =
                    deployment.issuance.sign(prepared).orElseThrow().certificate();
            assertThat(chain(repeat.get()).getFirst()).isEqualTo(signed);
        }
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

    @Test
    void an_invite_for_a_device_that_exists_needs_replace() {
        deployment.issue("camera-01");
        assertThat(deployment.invites.create(new InviteOrder("camera-01", null, null, false), "anna"))
                .isInstanceOfSatisfying(InviteResult.NameTaken.class, taken -> {
                    assertThat(taken.detail()).contains("replace");
                    assertThat(taken.reference())
                            .isEqualTo(deployment.audit.last().reference());
                });
        created(new InviteOrder("camera-01", null, null, true));
    }

    @Test
    void an_invite_for_the_name_of_a_removed_device_needs_replace() {
        deployment.removed.add("camera-01");

        assertThat(deployment.invites.create(new InviteOrder("camera-01", null, null, false), "anna"))
                .isInstanceOf(InviteResult.NameTaken.class);
        Invite replacing =
                created(new InviteOrder("camera-01", null, null, true)).invite();

        assertThat(chain(redeem(replacing, pair))).isNotEmpty();
    }

    @Test
    void withdrawn_invites_let_nobody_in_nor_the_same_key_in_again() {
        Invite used = invite("camera-01");
        chain(redeem(used, pair));
        Invite open = created(new InviteOrder("camera-01", null, null, true)).invite();

        assertThat(deployment.invites.withdraw("camera-01")).isEqualTo(1);

        assertRefused(redeem(open, TestRequests.p256()), Reason.REVOKED);
        assertRefused(redeem(used, pair), Reason.REVOKED);
    }

    @Test
    void after_going_back_in_time_an_invite_that_is_open_or_bound_lets_nobody_in_and_a_finished_one_stays() {
        Invite finished = invite("camera-01");
        List<X509Certificate> chain = chain(redeem(finished, pair));
        KeyPair other = TestRequests.p256();
        Invite bound = invite("camera-02");
        bind("camera-02", other);
        Invite open = invite("camera-03");

        assertThat(deployment.invites.voidUnsigned()).isEqualTo(2);

        deployment.clock.advance(Duration.ofSeconds(3));
        assertThat(redeem(bound, other)).isEqualTo(new Refused(Reason.REVOKED, "camera-02"));
        assertThat(redeem(open, TestRequests.p256())).isEqualTo(new Refused(Reason.REVOKED, "camera-03"));
        assertThat(chain(redeem(finished, pair))).isEqualTo(chain);
        assertThat(deployment.invites.voidUnsigned()).isZero();
    }

    /** As it is when the process dies before it has signed. */
    private PreparedCertificate bind(String name, KeyPair key) {
        var order = deployment.order(name, "camera", key);
        PreparedCertificate prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        String id =
                deployment.invites.list(InviteState.OPEN, "", 0, 1).getFirst().id();
        InviteRepository repository = new InviteRepository(deployment.jdbc, deployment.clock);
        assertThat(repository.redeem(id, Certificates.spkiSha256(key.getPublic()), prepared.serialNumber()))
                .isTrue();
        return prepared;
    }

    @Test
    void a_removal_between_binding_and_signing_leaves_no_certificate() {
        Invite invite = invite("camera-01");
        PreparedCertificate prepared = bind("camera-01", pair);

        deployment.invites.withdraw("camera-01");
        deployment.revocation.revokeAll("camera-01", RevocationReason.CESSATION_OF_OPERATION, "anna");

        assertThat(deployment.issuance.sign(prepared)).isEmpty();
        assertRefused(redeem(invite, pair), Reason.REVOKED);
        assertThat(deployment.inventory.ofName("camera-01", CertificateRole.DEVICE))
                .isEmpty();
    }

    @Test
    void a_second_open_invite_for_a_name_takes_the_place_of_the_first() {
        Invite first = invite("camera-01");
        assertThat(deployment.invites.create(new InviteOrder("camera-01", null, null, false), "anna"))
                .isInstanceOf(InviteResult.NameTaken.class);
        Invite second = created(new InviteOrder("camera-01", null, null, true)).invite();

        assertRefused(redeem(first, pair), Reason.REVOKED);
        chain(redeem(second, pair));
    }

    @Test
    void of_many_orders_that_race_for_one_name_exactly_one_makes_an_invite() throws Exception {
        InviteOrder order = new InviteOrder("camera-01", null, null, false);
        List<InviteResult> results = race(8, _ -> deployment.invites.create(order, "anna"));

        assertThat(results.stream().filter(InviteResult.Created.class::isInstance))
                .hasSize(1);
        assertThat(results.stream().filter(InviteResult.NameTaken.class::isInstance))
                .hasSize(7);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
    }

    @Test
    void orders_that_race_to_replace_each_other_leave_one_invite_open() throws Exception {
        InviteOrder order = new InviteOrder("camera-01", null, null, true);
        List<InviteResult> results = race(4, _ -> deployment.invites.create(order, "anna"));

        assertThat(results).hasOnlyElementsOfType(InviteResult.Created.class);
        assertThat(deployment.invites.count(InviteState.OPEN, "")).isEqualTo(1);
        assertThat(deployment.invites.count(InviteState.REVOKED, "")).isEqualTo(3);
    }

    @Test
    void an_expired_invite_frees_its_name() {
        invite("camera-01");
        deployment.clock.advance(Duration.ofHours(24));
        assertThat(invite("camera-01").name().value()).isEqualTo("camera-01");
    }

    @Test
    void refuses_orders_that_are_not_valid() {
        for (InviteOrder order : List.of(
                new InviteOrder("Camera 1", null, null, false),
                new InviteOrder("", null, null, false),
                new InviteOrder("camera-01", "server", null, false),
                new InviteOrder("camera-01", "absent", null, false),
                new InviteOrder("camera-01", null, Duration.ofSeconds(59), false),
                new InviteOrder("camera-01", null, Duration.ofDays(31), false))) {
            assertThat(deployment.invites.create(order, "anna")).isInstanceOf(InviteResult.Invalid.class);
        }
        assertThat(deployment.invites.count(null, "")).isZero();
    }

    @Test
    void only_the_hash_of_a_token_is_stored() {
        Invite invite = invite("camera-01");
        List<Map<String, Object>> rows =
                deployment.jdbc.sql("SELECT * FROM invite").query().listOfRows();
        assertThat(rows.toString())
                .doesNotContain(HexFormat.of().formatHex(invite.token().bytes()))
                .contains(HexFormat.of().formatHex(invite.token().sha256()));
        assertThat(deployment.audit.events().toString())
                .doesNotContain(HexFormat.of().formatHex(invite.token().bytes()), invite.encode());
    }

    @Test
    void the_profile_of_the_invite_decides() {
        Invite invite =
                created(new InviteOrder("visitor", "temporary", null, false)).invite();
        X509Certificate certificate = chain(redeem(invite, pair)).getFirst();
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(Duration.ofDays(7)));
        assertThat(deployment
                        .inventory
                        .find(SerialNumber.of(certificate))
                        .orElseThrow()
                        .status())
                .isEqualTo(CertificateStatus.VALID);
    }
}
