package dev.waxwing.handshake;

import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.SessionId;
import java.security.KeyPair;
import java.util.List;

/** The device's states (protocol section 8), each with exactly what its next step needs. */
sealed interface DeviceState extends AutoCloseable {

    /** Wipes what the state holds. */
    @Override
    default void close() {}

    /** The root that an invite pinned, and what the device knows of authorities under it that count no more. */
    record Pinned(TrustedRoot root, RevokedAuthorities revoked) {}

    /** Nothing has been sent. */
    record Fresh() implements DeviceState {}

    record ExpectServerHello(DeviceKeys ephemeral) implements DeviceState {
        @Override
        public void close() {
            ephemeral.close();
        }
    }

    record ExpectEncryptedExtensions(HandshakeKeys keys) implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectCertificateRequest(HandshakeKeys keys, EncryptedExtensions server, DevicePurpose.Normal purpose)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectCertificate(
            HandshakeKeys keys, EncryptedExtensions server, DevicePurpose.Normal purpose, List<Integer> schemes)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectCertificateVerify(
            HandshakeKeys keys,
            EncryptedExtensions server,
            DevicePurpose.Normal purpose,
            List<Integer> schemes,
            VerifiedPeer peer)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectFinished(
            HandshakeKeys keys,
            EncryptedExtensions server,
            DevicePurpose.Normal purpose,
            List<Integer> schemes,
            VerifiedPeer peer)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectSessionAccept(
            HandshakeKeys keys,
            EncryptedExtensions server,
            DevicePurpose.Normal purpose,
            VerifiedPeer peer,
            SessionId session,
            ApplicationSecrets application)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
            application.close();
        }
    }

    record ExpectEnrolmentCertificate(HandshakeKeys keys, EncryptedExtensions server, DevicePurpose.Enrolment purpose)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectEnrolmentCertificateVerify(
            HandshakeKeys keys, DevicePurpose.Enrolment purpose, Pinned pinned, VerifiedPeer peer)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectEnrolmentFinished(HandshakeKeys keys, DevicePurpose.Enrolment purpose, Pinned pinned)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record ExpectEnrolResponse(HandshakeKeys keys, DevicePurpose.Enrolment purpose, Pinned pinned, KeyPair own)
            implements DeviceState {
        @Override
        public void close() {
            keys.close();
        }
    }

    record Connected() implements DeviceState {}

    record Enrolled() implements DeviceState {}
}
