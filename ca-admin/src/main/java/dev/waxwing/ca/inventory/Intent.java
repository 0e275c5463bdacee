package dev.waxwing.ca.inventory;

import dev.waxwing.ca.authority.AuthorityId;
import java.time.Instant;

/**
 * A certificate that is about to be signed.
 *
 * @param serialNumber its serial number
 * @param issuer the authority that will sign it
 * @param subject its subject
 * @param name the device, server or signer it will name
 * @param role what its key is for
 * @param profile the profile it is made by
 * @param notBefore first moment of its validity
 * @param notAfter last moment of its validity
 * @param spkiSha256 SHA-256 of its SubjectPublicKeyInfo, lower-case hex
 * @param issuedBy who has it issued
 */
public record Intent(
        SerialNumber serialNumber,
        AuthorityId issuer,
        String subject,
        String name,
        CertificateRole role,
        String profile,
        Instant notBefore,
        Instant notAfter,
        String spkiSha256,
        String issuedBy) {}
