package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CertificateLifeTest {

    private static final Instant ISSUED = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void a_renewal_is_due_after_two_thirds_and_taken_after_half_however_short_the_life() {
        for (Duration length : new Duration[] {Duration.ofMinutes(1), Duration.ofMinutes(6), Duration.ofDays(360)}) {
            CertificateLife life = new CertificateLife(ISSUED, ISSUED.plus(length));
            assertThat(life.renewalDue())
                    .isEqualTo(ISSUED.plus(length.dividedBy(3).multipliedBy(2)));
            assertThat(life.renewable()).isEqualTo(ISSUED.plus(length.dividedBy(2)));
            assertThat(life.length()).isEqualTo(length);
        }
    }

    @Test
    void who_does_not_know_the_time_of_issue_finds_it_five_minutes_after_notBefore() {
        var certificate = certificate(Duration.ofMinutes(3));
        assertThat(CertificateLife.of(certificate).issued()).isEqualTo(ISSUED);
        assertThat(CertificateLife.since(ISSUED.minus(Duration.ofHours(1)), certificate))
                .isEqualTo(CertificateLife.of(certificate));
        assertThat(CertificateLife.since(ISSUED.plus(Duration.ofHours(1)), certificate))
                .isEqualTo(CertificateLife.of(certificate));
        assertThat(CertificateLife.since(ISSUED.plusSeconds(20), certificate).issued())
                .isEqualTo(ISSUED.plusSeconds(20));
    }

    @Test
    void a_life_that_ends_within_five_minutes_of_notBefore_is_over_when_it_begins() {
        var certificate = certificate(Duration.ofMinutes(-1));
        assertThat(CertificateLife.of(certificate).length()).isZero();
    }

    private static X509Certificate certificate(Duration life) {
        return TestPki.create()
                .request(Role.DEVICE, "camera-01")
                .validity(ISSUED.minus(Duration.ofMinutes(5)), ISSUED.plus(life))
                .issue()
                .certificate();
    }
}
