package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
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
 *
 * @param certificate what the peer presented, if it could be read
 * @param peer the peer, if the chain holds
 * @param doubt why it is refused; if the chain holds, what there is to say if the signature does not agree. It is made before
 *     anybody asks, so that whoever shows a certificate that is not his cannot tell from the time whether it still holds
 */
record PeerClaim(Optional<X509Certificate> certificate, Optional<VerifiedPeer> peer, UntrustedException doubt) {

    static PeerClaim of(Certificate message, PeerVerifier verifier) {
        Optional<X509Certificate> leaf = Optional.empty();
        try {
            List<X509Certificate> chain = Certificates.parseAll(message.chain());
            leaf = Optional.of(chain.getFirst());
            VerifiedPeer peer = verifier.verify(chain, message.status());
            UntrustedException otherwise =
                    new UntrustedException(Reason.NOT_THE_HOLDER, "CertificateVerify does not agree");
            return new PeerClaim(leaf, Optional.of(peer), otherwise);
        } catch (UntrustedException doubt) {
            return new PeerClaim(leaf, Optional.empty(), doubt);
        }
    }

    /** The peer, once the signature was looked at. */
    VerifiedPeer settle(boolean signatureAgrees) throws ProtocolException {
        if (signatureAgrees && peer.isPresent()) {
            return peer.get();
        }
        throw distrust(doubt);
    }

    /** Whether the signature is by the presented certificate's key, under a scheme that was listed. */
    boolean agrees(CertificateVerify verify, Bytes content, List<Integer> listed, CryptoProvider crypto) {
        return certificate.isPresent() && agrees(certificate.get(), verify, content, listed, crypto);
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
