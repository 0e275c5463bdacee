package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Protocol section 7.1: what a device believes once it has proof of the time. */
class TimeFloorTest {

    private static final TestPki PKI = TestPki.create();
    private static final Instant NOW = TestPki.NOW;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final AuthoritySignatures SIGNATURES = new AuthoritySignatures(CryptoProvider.best());

    private final X509Certificate server = PKI.issue(Role.SERVER, "gate").certificate();
    private final TimeFloor floor = new TimeFloor();

    @Test
    void rises_and_never_sinks() {
        floor.raise(NOW, NOW);
        floor.raise(NOW.minus(HOUR), NOW);
        floor.raise(NOW.minus(HOUR), NOW.minus(HOUR));
        assertThat(floor.latest()).isEqualTo(NOW);
    }

    @Test
    void never_rises_beyond_five_minutes_after_the_devices_own_clock() {
        floor.raise(Instant.parse("9999-12-31T23:59:59Z"), NOW);
        assertThat(floor.latest()).isEqualTo(NOW.plus(StapledStatus.SKEW));
    }

    @Test
    void a_bogus_future_time_locks_the_device_out_of_nothing() {
        floor.raise(Instant.parse("9999-12-31T23:59:59Z"), NOW);
        assertThatCode(() -> check(staple(NOW, NOW.plus(HOUR)), NOW)).doesNotThrowAnyException();
    }

    @Test
    void refuses_a_response_that_lapsed_before_the_floor_though_the_clock_was_set_back() throws Exception {
        Instant then = NOW.minus(Duration.ofDays(30));
        Bytes old = staple(then, then.plus(HOUR));
        check(old, then);
        floor.raise(NOW, NOW);
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> check(old, then))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.STAPLE_BELOW_FLOOR));
    }

    @Test
    void believes_a_response_that_lapses_at_the_floor_and_none_that_lapses_before() throws Exception {
        floor.raise(NOW, NOW);
        check(staple(NOW.minus(HOUR), NOW), NOW);
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> check(staple(NOW.minus(HOUR), NOW.minusSeconds(1)), NOW))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.STAPLE_BELOW_FLOOR));
    }

    @Test
    void is_raised_by_what_the_authority_signed_even_if_that_says_revoked() throws Exception {
        check(staple(NOW.minusSeconds(60), NOW.plus(HOUR)), NOW);
        assertThat(floor.latest()).isEqualTo(NOW.minusSeconds(60));

        Bytes revoked = PKI.staple(PKI.ocspResponder())
                .times(NOW.minusSeconds(5), NOW.plus(HOUR))
                .revoked(server, NOW)
                .make();
        assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> check(revoked, NOW));
        assertThat(floor.latest()).isEqualTo(NOW.minusSeconds(5));
    }

    @Test
    void is_not_raised_by_a_response_that_is_not_believed() {
        Bytes forged = PKI.staple(PKI.issue(Role.DEVICE, "camera-7"))
                .times(NOW, NOW.plus(HOUR))
                .good(server)
                .make();
        Bytes early = staple(NOW.plus(HOUR), NOW.plus(HOUR.multipliedBy(2)));
        Bytes lapsed = staple(NOW.minus(HOUR.multipliedBy(2)), NOW.minus(HOUR));
        for (Bytes refused : new Bytes[] {Bytes.EMPTY, forged, early, lapsed}) {
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> check(refused, NOW));
        }
        assertThat(floor.latest()).isEqualTo(Instant.EPOCH);
    }

    private Bytes staple(Instant thisUpdate, Instant nextUpdate) {
        return PKI.staple(PKI.responderRequest()
                        .validity(NOW.minus(Duration.ofDays(60)), NOW.plus(Duration.ofDays(60)))
                        .issue())
                .times(thisUpdate, nextUpdate)
                .good(server)
                .make();
    }

    private void check(Bytes staple, Instant now) throws UntrustedException {
        new StapledStatus(floor, SIGNATURES).check(server, PKI.issuingCertificate(), staple, now);
    }
}
