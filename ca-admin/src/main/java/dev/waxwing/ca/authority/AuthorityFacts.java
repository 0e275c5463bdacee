package dev.waxwing.ca.authority;

import java.time.Instant;

/**
 * What health looks at.
 *
 * @param rootNotAfter when the root ends
 * @param issuingNotAfter when the issuing authority ends
 * @param keysEncrypted whether a passphrase from outside the data directory locks the keys
 * @param rootKeyAtHand whether this server holds the root's private key
 */
public record AuthorityFacts(
        Instant rootNotAfter, Instant issuingNotAfter, boolean keysEncrypted, boolean rootKeyAtHand) {}
