package dev.waxwing.evidence;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.EndEntity;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The checks of one signer: signature, role, chain.
 *
 * @param certificates where the signer's certificate and its authorities are looked for
 */
record SignerChecks(Checklist list, Role role, List<X509Certificate> certificates) {

    /** @return the signer's certificate, if the signature is its key's over this content */
    Optional<X509Certificate> signature(Check check, Bytes content, Bytes signature) {
        return list.run(
                check, signer -> "by " + signer.getSubjectX500Principal().getName(), () -> {
                    X509Certificate signer = find(DetachedSignature.signer(signature));
                    DetachedSignature.verify(content, signature, signer);
                    return signer;
                });
    }

    /** @return the name in the signer's certificate, if its role is right */
    Optional<PeerName> role(Check check, X509Certificate signer, Optional<PeerName> required) {
        return list.run(check, role::uri, () -> {
            PeerName name = EndEntity.requireRole(signer, role);
            if (required.isPresent() && !required.get().equals(name)) {
                throw new InvalidSignatureException("the signer is " + name + ", the manifest says " + required.get());
            }
            return name;
        });
    }

    /** @return the verified signer, if its chain held at that time */
    Optional<VerifiedPeer> chain(Check check, X509Certificate signer, TrustedRoots roots, Instant at) {
        return list.run(check, peer -> "valid at " + at, () -> {
            // The status is a check of its own.
            var verifier =
                    new PeerVerifier(roots, role, (leaf, issuer, staple, now) -> {}, Clock.fixed(at, ZoneOffset.UTC));
            return verifier.verify(path(signer, roots), Bytes.EMPTY);
        });
    }

    private X509Certificate find(SignerId id) throws InvalidSignatureException {
        for (X509Certificate certificate : certificates) {
            if (SignerId.of(certificate).equals(id)) {
                return certificate;
            }
        }
        throw new InvalidSignatureException("the signer's certificate is not among those given");
    }

    private List<X509Certificate> path(X509Certificate signer, TrustedRoots roots) throws UntrustedException {
        List<X509Certificate> path = new ArrayList<>(List.of(signer));
        while (roots.above(path.getLast()).isEmpty()) {
            X509Certificate last = path.getLast();
            X509Certificate issuer = certificates.stream()
                    .filter(candidate -> candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .findFirst()
                    .orElse(null);
            if (issuer == null || path.size() == Certificates.MAX_CHAIN) {
                throw new UntrustedException(
                        UntrustedException.Reason.UNKNOWN_ISSUER, "the chain does not lead to a root");
            }
            path.add(issuer);
        }
        return path;
    }
}
