package dev.waxwing.handshake;

import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.wire.Bytes;
import java.time.Clock;

/** What a device connects for. */
public sealed interface DevicePurpose {

    /**
     * A session.
     *
     * @param credential the device's key and chain, without the root
     * @param servers verifies the server
     */
    record Normal(Credential credential, PeerVerifier servers) implements DevicePurpose {}

    /**
     * A certificate (protocol section 9).
     *
     * @param rootPin SHA-256 of the root's SubjectPublicKeyInfo
     * @param name the invite's name
     * @param token the invite's token, 16 bytes, a secret
     * @param requests makes the key pair and the request
     * @param clock for the validity of certificates
     */
    record Enrolment(Bytes rootPin, PeerName name, Bytes token, EnrolmentRequestFactory requests, Clock clock)
            implements DevicePurpose {

        public Enrolment {
            if (token.size() != EnrolRequest.TOKEN) {
                throw new IllegalArgumentException("a token has 16 bytes");
            }
        }

        @Override
        public String toString() {
            return "Enrolment[" + name + "]";
        }
    }
}
