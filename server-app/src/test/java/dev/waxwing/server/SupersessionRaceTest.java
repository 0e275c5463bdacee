package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.enrollment.RenewalOrder;
import dev.waxwing.ca.enrollment.RenewalResult;
import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.SessionAdmission;
import dev.waxwing.server.StatementGate.Stop;
import dev.waxwing.server.session.SessionOpened;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.SessionId;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A device changes its certificate in the very moment in which it is revoked: two threads and the real database, one of the threads
 * stopped where it hurts most. Whoever is first, nobody waits for the other for ever, and nobody gets in who should not.
 */
@Timeout(60)
class SupersessionRaceTest {

    private static final SessionId ANY = new SessionId(Bytes.of(new byte[16]));
    private static final String REVOKED_FIRST = "UPDATE certificate SET revoked_at";
    private static final String SUPERSEDED_FIRST = "UPDATE certificate SET superseded_by";
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static RunningServer server;
    private static StatementGate gate;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(Beans.class, directory.resolve("data"));
        gate = server.bean(StatementGate.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forgetWhatWasBrokenOff() {
        gate.forget();
    }

    @AfterEach
    void nothing_was_broken_off() {
        threads.close();
        assertThat(gate.brokenOff()).as("by a deadlock").isEmpty();
    }

    static class Beans extends StatementGate.Standing {
        @Bean
        AtRegistration atRegistration() {
            return new AtRegistration();
        }
    }

    /** Does something when a session of a device is in the register, and what follows there has not been done. */
    static final class AtRegistration {

        private final Map<String, Runnable> work = new ConcurrentHashMap<>();

        @EventListener
        void on(SessionOpened event) {
            Runnable its = work.remove(event.session().device());
            if (its != null) {
                its.run();
            }
        }
    }

    /** A device with a certificate and two renewals of it, neither of which was used. */
    private record Renewed(TestDevice before, TestDevice lost, TestDevice kept) {

        static Renewed fresh() throws Exception {
            TestDevice device =
                    TestDevice.enrol(server.listenerPort(), server.invite("racer-" + NAMES.incrementAndGet()));
            try (TestSession session = device.connect()) {
                TestDevice kept = device.renew(session, TestDevice.freshKeys());
                TestDevice lost = device.renew(session, TestDevice.freshKeys());
                return new Renewed(device, lost, kept);
            }
        }

        List<SerialNumber> all() {
            return List.of(serialNumber(before), serialNumber(lost), serialNumber(kept));
        }
    }

    private static SerialNumber serialNumber(TestDevice device) {
        return SerialNumber.of(device.credential().certificate());
    }

    /** How certificates come to be revoked, each of which takes several rows. */
    enum Way {
        OF_THE_DEVICE {
            @Override
            Callable<?> of(Renewed device) {
                String name = device.before().name();
                return () -> server.bean(Revocation.class)
                        .revokeDevice(name, RevocationReason.CESSATION_OF_OPERATION, "test");
            }
        },
        OF_ITS_ISSUER {
            @Override
            Callable<?> of(Renewed device) {
                AuthorityId issuer = server.bean(CertificateAuthority.class)
                        .issuerOf(device.before().credential().certificate())
                        .id();
                // Or the server's own were among them.
                server.bean(Ceremonies.class).rotateIssuing("test");
                return () -> {
                    server.bean(Sweeps.class).order(issuer, RevocationReason.CA_COMPROMISE, "test");
                    await().until(() -> stateOf(issuer) == Sweep.State.DONE);
                    return issuer;
                };
            }
        };

        abstract Callable<?> of(Renewed device);

        private static Sweep.State stateOf(AuthorityId issuer) {
            return server.bean(Sweeps.class).of(issuer).orElseThrow().state();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OF_THE_DEVICE, UPDATE certificate SET revoked_at",
        "OF_THE_DEVICE, UPDATE audit_head",
        "OF_ITS_ISSUER, UPDATE audit_head"
    })
    void a_first_use_waits_for_a_revocation_that_has_come_so_far_and_is_refused(Way way, String soFar)
            throws Exception {
        Renewed.fresh(); // Of those of an issuer, one that is older.
        Renewed device = Renewed.fresh();
        Callable<?> revocation = way.of(device);
        VerifiedPeer comes = verified(device.kept());
        Stop stop = StatementGate.after(soFar);
        Future<?> revoked = gate.begin(threads, stop, revocation);
        stop.awaitReached();
        Future<?> used = threads.submit(() -> admit(comes));
        awaitBlocked();
        stop.goOn();
        revoked.get();
        assertNotAdmitted(used);
        assertAllRevoked(device);
    }

    @ParameterizedTest
    @EnumSource
    void a_revocation_waits_for_a_first_use_that_has_begun_and_takes_all(Way way) throws Exception {
        Renewed device = Renewed.fresh();
        Callable<?> revocation = way.of(device);
        VerifiedPeer comes = verified(device.kept());
        Stop stop = StatementGate.after(SUPERSEDED_FIRST);
        Future<?> used = gate.begin(threads, stop, () -> admit(comes));
        stop.awaitReached();
        Future<?> revoked = threads.submit(revocation);
        awaitBlocked();
        stop.goOn();
        used.get();
        revoked.get();
        assertAllRevoked(device);
        assertThatExceptionOfType(PeerAlertException.class)
                .isThrownBy(device.kept()::connect)
                .satisfies(refused -> assertThat(refused.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
    }

    private static VerifiedPeer verified(TestDevice device) throws Exception {
        return server.bean(PeerVerifier.class).verify(device.credential().chain(), Bytes.EMPTY);
    }

    private static Object admit(VerifiedPeer peer) throws RefusedException {
        return server.bean(SessionAdmission.class).admit(peer, ANY);
    }

    /** Until the other thread waits for a row that the stopped one has. */
    private static void awaitBlocked() {
        await().until(() -> server.bean(JdbcClient.class)
                .sql("""
                    SELECT COUNT(*) FROM information_schema.sessions
                     WHERE blocker_id IS NOT NULL AND executing_statement LIKE '%UPDATE certificate%'
                    """)
                .query(Integer.class)
                .single()
                .equals(1));
    }

    private static void assertNotAdmitted(Future<?> used) {
        assertThatThrownBy(used::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED))
                .hasMessageContaining("whose predecessor is revoked");
    }

    private static void assertAllRevoked(Renewed device) {
        for (SerialNumber each : device.all()) {
            assertThat(server.bean(Revocation.class).find(each)).isPresent();
            assertThat(server.bean(Inventory.class).find(each).orElseThrow().revoked())
                    .isTrue();
        }
    }

    @Test
    void a_renewal_that_is_being_signed_when_its_device_is_revoked_becomes_no_certificate() throws Exception {
        Renewed device = Renewed.fresh();
        Stop stop = StatementGate.after("INSERT INTO renewal");
        Future<RenewalResult> renewed = gate.begin(threads, stop, () -> renew(device.before()));
        stop.awaitReached();
        server.bean(Revocation.class)
                .revokeDevice(device.before().name(), RevocationReason.CESSATION_OF_OPERATION, "test");
        stop.goOn();

        assertThat(renewed.get())
                .isInstanceOfSatisfying(
                        RenewalResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RenewalResult.Reason.NOT_NOW));
        assertThat(certificates(device)).hasSize(3).allMatch(CertificateEntry::revoked);
    }

    @Test
    void a_renewal_that_a_revocation_does_not_see_is_worth_nothing_after_it() throws Exception {
        Renewed device = Renewed.fresh();
        KeyPair keys = TestDevice.freshKeys();
        Stop stop = StatementGate.after(REVOKED_FIRST);
        Future<?> revoked = gate.begin(threads, stop, Way.OF_THE_DEVICE.of(device));
        stop.awaitReached();
        RenewalResult renewed = renew(device.before(), keys);
        stop.goOn();
        revoked.get();

        assertThat(renewed).isInstanceOf(RenewalResult.Renewed.class);
        SerialNumber unseen =
                SerialNumber.of(((RenewalResult.Renewed) renewed).chain().getFirst());
        assertThat(server.bean(Renewals.class).use(unseen)).isFalse();
        assertThat(renew(device.before(), TestDevice.freshKeys())).isInstanceOf(RenewalResult.Refused.class);
    }

    private static RenewalResult renew(TestDevice device) {
        return renew(device, TestDevice.freshKeys());
    }

    private static RenewalResult renew(TestDevice device, KeyPair keys) {
        Bytes request =
                TestDevice.request(new PeerName(device.name()), ANY, keys).pkcs10();
        return server.bean(Renewals.class)
                .renew(new RenewalOrder(device.name(), serialNumber(device), request, ANY.toString(), true));
    }

    private static List<CertificateEntry> certificates(Renewed device) {
        return server.bean(Inventory.class).ofName(device.before().name(), CertificateRole.DEVICE);
    }

    @Test
    void a_session_whose_certificate_is_superseded_while_it_is_registered_ends() throws Exception {
        Renewed device = Renewed.fresh();
        server.bean(AtRegistration.class)
                .work
                .put(device.before().name(), () -> server.bean(Renewals.class).use(serialNumber(device.kept())));
        TestSession session = device.before().connect();
        assertThat(session.expectEnd())
                .isInstanceOfSatisfying(
                        PeerAlertException.class,
                        ended -> assertThat(ended.alert().code()).isEqualTo(AlertCode.GOING_AWAY));
    }
}
