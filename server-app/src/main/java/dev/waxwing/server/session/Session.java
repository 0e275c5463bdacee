package dev.waxwing.server.session;

import java.time.Instant;

/**
 * A live session.
 *
 * @param id of the session, 32 hex digits (docs/protocol.md, section 6.3); for classic the server's own
 * @param device whose session it is
 * @param trustLevel {@code wxp2} or {@code classic}
 * @param certificateSerialNumber of the certificate it came with, lower-case hex; empty for classic, whose have none
 * @param suite the name of the cipher suite
 * @param epoch the key epoch of what the device sends (docs/protocol.md, section 3.1); 0 for classic, whose keys
 *     never change
 * @param ratchets how often the keys of both directions were renewed with a fresh key exchange
 * @param keyBytes bytes of records that the device has sent under its current key
 * @param startedAt when it was accepted
 * @param remoteAddress where it comes from, as address and port
 * @param receivedBytes content received so far, in bytes
 */
public record Session(
        String id,
        String device,
        String trustLevel,
        String certificateSerialNumber,
        String suite,
        int epoch,
        long ratchets,
        long keyBytes,
        Instant startedAt,
        String remoteAddress,
        long receivedBytes) {}
