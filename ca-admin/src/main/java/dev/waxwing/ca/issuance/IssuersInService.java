package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.inventory.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Which issuing authorities have to say what stands with certificates: the current one, the next one if it is about to be, and each
 * retired one until the last certificate that it issued has ended and one more revocation list was made. Any thread may ask; the
 * database is asked about each retired one.
 */
public final class IssuersInService {

    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final Duration listLifetime;
    private final Clock clock;

    /** Over these authorities and what they issued. */
    public IssuersInService(
            CertificateAuthority authority, Inventory inventory, PkiProperties properties, Clock clock) {
        this.authority = authority;
        this.inventory = inventory;
        this.listLifetime = properties.crlLifetime();
        this.clock = clock;
    }

    /** All of them, the current one first. */
    public List<IssuingAuthority> all() {
        return authority.issuers().stream().filter(this::inService).toList();
    }

    /** Whether this one is among them. */
    public boolean inService(IssuingAuthority issuer) {
        return switch (issuer.state()) {
            case CURRENT -> true;
            case PREPARED -> authority.isWaiting(issuer);
            case RETIRED -> answersFor(issuer);
        };
    }

    private boolean answersFor(IssuingAuthority issuer) {
        Instant now = clock.instant();
        return now.isBefore(issuer.certificate().getNotAfter().toInstant())
                && inventory
                        .lastEnd(issuer.id())
                        .filter(end -> now.isBefore(end.plus(listLifetime)))
                        .isPresent();
    }
}
