package dev.waxwing.ca.revocation;

import dev.waxwing.ca.inventory.RevocationReason;

/**
 * Published as an application event after a revocation was committed and the in-memory set knows it; sessions of that certificate
 * are to be closed.
 *
 * @param serialNumber of the revoked certificate: lower-case hex with an even number of digits
 * @param reason why it was revoked
 * @param isFollowed whether more of the same order are being revoked at once: what is made of all of them can wait for those
 */
public record CertificateRevoked(String serialNumber, RevocationReason reason, boolean isFollowed) {}
