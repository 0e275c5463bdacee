package dev.waxwing.ca.ceremony;

import dev.waxwing.ca.authority.IssuingAuthority;

/**
 * Published as an application event after the revocation of an issuing authority's own certificate was committed, and the root's list
 * that names it was signed, or could not be: whatever it has issued counts no more, though the revocation of each may still go on.
 *
 * @param issuer the revoked authority
 */
public record AuthorityRevoked(IssuingAuthority issuer) {}
