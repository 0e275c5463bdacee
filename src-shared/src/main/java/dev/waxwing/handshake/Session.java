package dev.waxwing.handshake;

import dev.waxwing.crypto.Suite;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.time.Instant;

/**
 * What both ends agreed on.
 *
 * @param peer the authenticated peer
 * @param terms as the server announced them
 * @param grant as the server granted it
 * @param rootList the revocation list of its root that the server showed with its certificate, DER; empty if it showed none
 * @param peerMaxContent the largest application content that the peer receives, in bytes
 * @param ownNotAfter the end of the own certificate
 * @param serverTime the server's clock when it sent SessionAccept
 */
public record Session(
        SessionId id,
        Suite suite,
        VerifiedPeer peer,
        SessionTerms terms,
        SessionGrant grant,
        Bytes rootList,
        int peerMaxContent,
        Instant ownNotAfter,
        Instant serverTime) {}
