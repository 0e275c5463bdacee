package dev.waxwing.ca.inventory;

import dev.waxwing.ca.authority.AuthorityId;
import java.time.Instant;

/**
 * One revoked certificate.
 *
 * @param serialNumber its serial number
 * @param issuer the authority that signed it, on whose list it stands
 * @param revokedAt when
 * @param reason why
 * @param notAfter when it would have ended by itself
 */
public record RevokedEntry(
        SerialNumber serialNumber, AuthorityId issuer, Instant revokedAt, RevocationReason reason, Instant notAfter) {}
