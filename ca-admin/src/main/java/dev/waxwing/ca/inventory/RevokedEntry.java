package dev.waxwing.ca.inventory;

import java.time.Instant;

/**
 * One revoked certificate.
 *
 * @param serialNumber its serial number
 * @param revokedAt when
 * @param reason why
 * @param notAfter when it would have ended by itself
 */
public record RevokedEntry(SerialNumber serialNumber, Instant revokedAt, RevocationReason reason, Instant notAfter) {}
