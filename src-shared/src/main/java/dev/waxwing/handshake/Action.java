package dev.waxwing.handshake;

import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;

/** What the handshake wants done, in the order in which it gives it. */
public sealed interface Action {

    /** Wipes what it holds: nobody will carry it out. */
    default void discard() {}

    /** Send these whole messages as the content of one handshake record. */
    record Send(Bytes messages) implements Action {
        @Override
        public String toString() {
            return "Send[" + messages.size() + " bytes]";
        }
    }

    /** Protect all further records with these keys. */
    record ChangeSendingKeys(int epoch, SessionId session, TrafficKeys keys) implements Action {
        @Override
        public void discard() {
            keys.close();
        }
    }

    /**
     * Expect all further records under these keys.
     *
     * @param lateAlertAllowed until the first of them, the former key may carry an alert (protocol section 3.4)
     */
    record ChangeReceivingKeys(int epoch, SessionId session, TrafficKeys keys, boolean lateAlertAllowed)
            implements Action {
        @Override
        public void discard() {
            keys.close();
        }
    }

    /** Ask whether the device is let in, then call {@link ServerHandshake#admit}. */
    record AskAdmission(VerifiedPeer device, SessionId session) implements Action {}

    /** Ask for a certificate, then call {@link ServerHandshake#issue}. The token is a secret. */
    record AskDesk(Bytes token, Bytes request, SessionId session) implements Action {
        @Override
        public String toString() {
            return "AskDesk[" + session + "]";
        }
    }

    /**
     * The session stands.
     *
     * @param rekeying renews its keys; it holds their secrets
     */
    record Connect(Session session, Rekeying rekeying) implements Action {
        @Override
        public void discard() {
            rekeying.close();
        }
    }

    /** A ratchet is over for this end: keys of both directions are new (protocol section 10.2). */
    record Ratcheted(long number) implements Action {}

    /** The server has issued the certificate; the device closes. */
    record AwaitClose() implements Action {}

    /** The device holds its certificate and closes. */
    record TakeIdentity(Credential credential, TrustedRoot root) implements Action {}
}
