package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.AuthorityFacts;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.crypto.CryptoProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether the certificates that everything stands on hold, and how their keys are kept. */
@Component
final class AuthorityHealthIndicator implements HealthIndicator {

    /** Devices need time to get certificates of another authority. */
    private static final Duration WARNING = Duration.ofDays(60);

    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final CryptoProvider crypto;
    private final Clock clock;

    AuthorityHealthIndicator(
            CertificateAuthority authority, RoleCredentials credentials, CryptoProvider crypto, Clock clock) {
        this.authority = authority;
        this.credentials = credentials;
        this.crypto = crypto;
        this.clock = clock;
    }

    @Override
    public Health health() {
        AuthorityFacts facts = authority.facts();
        Instant server = credentials.server().certificate().getNotAfter().toInstant();
        Instant receipt = credentials.receipt().certificate().getNotAfter().toInstant();
        Instant ocsp = credentials.ocsp().certificate().getNotAfter().toInstant();
        Instant now = clock.instant();
        boolean fit = now.isBefore(facts.rootNotAfter())
                && now.isBefore(facts.issuingNotAfter())
                && now.isBefore(server)
                && now.isBefore(receipt)
                && now.isBefore(ocsp);
        Health.Builder health = (fit ? Health.up() : Health.down())
                .withDetail("keysEncrypted", facts.keysEncrypted())
                .withDetail("rootKeyAtHand", facts.rootKeyAtHand())
                .withDetail("rootDaysLeft", days(now, facts.rootNotAfter()))
                .withDetail("issuingDaysLeft", days(now, facts.issuingNotAfter()))
                .withDetail("serverCertificateDaysLeft", days(now, server))
                .withDetail("receiptCertificateDaysLeft", days(now, receipt))
                .withDetail("ocspCertificateDaysLeft", days(now, ocsp))
                .withDetail("cryptoProvider", crypto.name());
        if (now.isAfter(earlier(facts.rootNotAfter(), facts.issuingNotAfter()).minus(WARNING))) {
            health.withDetail("warning", "the authority ends soon, and no certificate outlives it");
        }
        return health.build();
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static long days(Instant now, Instant end) {
        return Duration.between(now, end).toDays();
    }
}
