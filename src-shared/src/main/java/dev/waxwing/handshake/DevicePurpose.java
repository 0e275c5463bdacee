package dev.waxwing.handshake;

import dev.waxwing.trust.CertificateStatus;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.time.Clock;
import java.util.function.Function;

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
     * @param memory what the device has learnt of authorities under the pinned root that count no more, and where it learns more; asked
     *     once the root's certificate has been seen
     * @param clock for the validity of certificates
     */
    record Enrolment(
            Bytes rootPin,
            PeerName name,
            Bytes token,
            EnrolmentRequestFactory requests,
            Function<TrustedRoot, RevokedAuthorities> memory,
            Clock clock)
            implements DevicePurpose {

        public Enrolment {
            if (token.size() != EnrolRequest.TOKEN) {
                throw new IllegalArgumentException("a token has 16 bytes");
            }
        }

        /** Of a device that has learnt nothing of authorities. */
        public Enrolment(Bytes rootPin, PeerName name, Bytes token, EnrolmentRequestFactory requests, Clock clock) {
            this(rootPin, name, token, requests, root -> new RevokedAuthorities(TrustedRoots.of(root)), clock);
        }

        /** A verifier of chains under the pinned root. */
        PeerVerifier verifier(TrustedRoot root, RevokedAuthorities revoked, Role role, CertificateStatus status) {
            return new PeerVerifier(root, role, status, clock).knowing(revoked);
        }

        @Override
        public String toString() {
            return "Enrolment[" + name + "]";
        }
    }
}
