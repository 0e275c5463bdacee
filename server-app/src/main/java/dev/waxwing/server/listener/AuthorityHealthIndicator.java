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
        Instant now = clock.instant();
        boolean fit = now.isBefore(facts.rootNotAfter())
                && now.isBefore(facts.issuingNotAfter())
                && now.isBefore(server)
                && now.isBefore(receipt);
        return (fit ? Health.up() : Health.down())
                .withDetail("keysEncrypted", facts.keysEncrypted())
                .withDetail("rootKeyAtHand", facts.rootKeyAtHand())
                .withDetail("rootDaysLeft", days(now, facts.rootNotAfter()))
                .withDetail("issuingDaysLeft", days(now, facts.issuingNotAfter()))
                .withDetail("serverCertificateDaysLeft", days(now, server))
                .withDetail("receiptCertificateDaysLeft", days(now, receipt))
                .withDetail("cryptoProvider", crypto.name())
                .build();
    }

    private static long days(Instant now, Instant end) {
        return Duration.between(now, end).toDays();
    }
}
