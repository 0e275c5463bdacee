package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A device's Certificate between its arrival and its CertificateVerify. A doubt about it is kept until the signature has
 * been looked at, so that every refusal takes the same steps (protocol section 7.3).
 */
sealed interface PeerClaim {

    /** The certificate that the peer presented, if it could be read. */
    Optional<X509Certificate> certificate();

    /** The peer, once the signature was looked at. */
    VerifiedPeer settle(boolean signatureAgrees) throws ProtocolException;

    /** The chain holds. */
    record Believed(VerifiedPeer peer) implements PeerClaim {
        @Override
        public Optional<X509Certificate> certificate() {
            return Optional.of(peer.certificate());
        }

        @Override
        public VerifiedPeer settle(boolean signatureAgrees) throws ProtocolException {
            if (!signatureAgrees) {
                throw new ProtocolException(AlertCode.AUTH_FAILED, "CertificateVerify does not agree");
            }
            return peer;
        }
    }

    /** The chain does not hold. */
    record Doubted(Optional<X509Certificate> certificate, UntrustedException doubt) implements PeerClaim {
        @Override
        public VerifiedPeer settle(boolean signatureAgrees) throws ProtocolException {
            throw distrust(doubt);
        }
    }

    static PeerClaim of(Certificate message, PeerVerifier verifier) {
        Optional<X509Certificate> leaf = Optional.empty();
        try {
            List<X509Certificate> chain = Certificates.parseAll(message.chain());
            leaf = Optional.of(chain.getFirst());
            return new Believed(verifier.verify(chain, message.status()));
        } catch (UntrustedException doubt) {
            return new Doubted(leaf, doubt);
        }
    }

    /** Whether the signature is by the presented certificate's key, under a scheme that was listed. */
    default boolean agrees(CertificateVerify verify, Bytes content, List<Integer> listed, CryptoProvider crypto) {
        return certificate().isPresent() && agrees(certificate().get(), verify, content, listed, crypto);
    }

    static boolean agrees(
            X509Certificate certificate,
            CertificateVerify verify,
            Bytes content,
            List<Integer> listed,
            CryptoProvider crypto) {
        return listed.contains(verify.scheme())
                && SignatureScheme.of(verify.scheme())
                        .map(scheme -> crypto.verify(scheme, certificate.getPublicKey(), content, verify.signature()))
                        .orElse(false);
    }

    static ProtocolException distrust(UntrustedException why) {
        return new ProtocolException(AlertCode.AUTH_FAILED, why.reason() + ": " + why.getMessage(), why);
    }
}
