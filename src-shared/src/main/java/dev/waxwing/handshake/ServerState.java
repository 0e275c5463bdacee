package dev.waxwing.handshake;

import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.SessionId;

/** The server's states (protocol section 8), each with exactly what its next step needs. */
sealed interface ServerState extends AutoCloseable {

    /** Wipes what the state holds. */
    @Override
    default void close() {}

    record ExpectClientHello() implements ServerState {}

    record ExpectCertificate(HandshakeKeys keys, int maxContent) implements ServerState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectCertificateVerify(HandshakeKeys keys, int maxContent, PeerClaim claim) implements ServerState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectFinished(HandshakeKeys keys, int maxContent, VerifiedPeer device) implements ServerState {
        @Override
        public void close() {
            keys.close();
        }
    }

    /** Finished agreed; the server's application decides now, and no message is legal. */
    record AwaitAdmission(
            HandshakeKeys keys, int maxContent, VerifiedPeer device, SessionId session, ApplicationSecrets application)
            implements ServerState {
        @Override
        public void close() {
            keys.close();
            application.close();
        }
    }

    record ExpectEnrolmentFinished(HandshakeKeys keys) implements ServerState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectEnrolRequest(HandshakeKeys keys, SessionId session, ApplicationSecrets application)
            implements ServerState {
        @Override
        public void close() {
            keys.close();
            application.close();
        }
    }

    /** The server's application decides about the request now, and no message is legal. */
    record AwaitDesk(HandshakeKeys keys, SessionId session, ApplicationSecrets application) implements ServerState {
        @Override
        public void close() {
            keys.close();
            application.close();
        }
    }

    record Connected() implements ServerState {}

    record Enrolled() implements ServerState {}
}
