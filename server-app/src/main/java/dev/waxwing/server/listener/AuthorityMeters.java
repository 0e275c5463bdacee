package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.RevocationLists;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Measures how long certificates and revocation lists still hold. */
@Component
final class AuthorityMeters implements MeterBinder {

    private static final double SECONDS_PER_DAY = 86_400;

    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final RevocationLists lists;
    private final Clock clock;

    AuthorityMeters(CertificateAuthority authority, RoleCredentials credentials, RevocationLists lists, Clock clock) {
        this.authority = authority;
        this.credentials = credentials;
        this.lists = lists;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        daysLeft(registry, "root", () -> authority.facts().rootNotAfter());
        daysLeft(registry, "issuing", () -> authority.facts().issuingNotAfter());
        daysLeft(
                registry,
                "server",
                () -> credentials.server().certificate().getNotAfter().toInstant());
        daysLeft(
                registry,
                "receipt",
                () -> credentials.receipt().certificate().getNotAfter().toInstant());
        Gauge.builder("waxwing.revocation.list.age", this, AuthorityMeters::listAge)
                .baseUnit("seconds")
                .register(registry);
    }

    private void daysLeft(MeterRegistry registry, String certificate, Supplier<Instant> end) {
        Gauge.builder("waxwing.certificate.days.left", () -> seconds(clock.instant(), end.get()) / SECONDS_PER_DAY)
                .tag("certificate", certificate)
                .register(registry);
    }

    private double listAge() {
        return seconds(lists.facts().thisUpdate(), clock.instant());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toSeconds();
    }
}
