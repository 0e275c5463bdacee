package dev.waxwing.channel;

import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.SessionId;

/** Lets an authenticated device in, or not; called by many threads, before SessionAccept. */
@FunctionalInterface
public interface SessionAdmission {

    /** @throws RefusedException if this device gets no session now */
    SessionGrant admit(VerifiedPeer device, SessionId session) throws RefusedException;
}
