package dev.waxwing.trust;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a peer's certificate chain (protocol section 7.1): path, authorities, role, name, key, then status. Immutable; any
 * thread may use it.
 */
public final class PeerVerifier {

    private final TrustedRoots roots;
    private final Role required;
    private final CertificateStatus status;
    private final Clock clock;
    private final AuthoritySignatures signatures;
    private final @Nullable X509Certificate own;
    private final @Nullable RevokedAuthorities revoked;

    /** For verifying now and then: with signatures of its own, computed by the JDK. */
    public PeerVerifier(TrustedRoots roots, Role required, CertificateStatus status, Clock clock) {
        this(roots, required, status, clock, new AuthoritySignatures(CryptoProvider.jdk()));
    }

    /** {@link #PeerVerifier(TrustedRoots, Role, CertificateStatus, Clock)} under one root. */
    public PeerVerifier(TrustedRoot root, Role required, CertificateStatus status, Clock clock) {
        this(TrustedRoots.of(root), required, status, clock);
    }

    public PeerVerifier(
            TrustedRoots roots, Role required, CertificateStatus status, Clock clock, AuthoritySignatures signatures) {
        this(roots, required, status, clock, signatures, null, null);
    }

    /** {@link #PeerVerifier(TrustedRoots, Role, CertificateStatus, Clock, AuthoritySignatures)} under one root. */
    public PeerVerifier(
            TrustedRoot root, Role required, CertificateStatus status, Clock clock, AuthoritySignatures signatures) {
        this(TrustedRoots.of(root), required, status, clock, signatures);
    }

    private PeerVerifier(
            TrustedRoots roots,
            Role required,
            CertificateStatus status,
            Clock clock,
            AuthoritySignatures signatures,
            @Nullable X509Certificate own,
            @Nullable RevokedAuthorities revoked) {
        this.roots = roots;
        this.required = required;
        this.status = status;
        this.clock = clock;
        this.signatures = signatures;
        this.own = own;
        this.revoked = revoked;
    }

    /** The same verifier, which also refuses this certificate: a peer must not present the verifier's own. */
    public PeerVerifier refusing(X509Certificate ownCertificate) {
        return new PeerVerifier(roots, required, status, clock, signatures, ownCertificate, revoked);
    }

    /** The same verifier, which also refuses whoever comes through an authority that is revoked, be it learnt before or later. */
    public PeerVerifier knowing(RevokedAuthorities authorities) {
        return new PeerVerifier(roots, required, status, clock, signatures, own, authorities);
    }

    /**
     * Learns from a list that a peer showed which is yet to be verified ({@link RevokedAuthorities#hear}). A verifier that knows of no
     * authorities ignores it.
     *
     * @throws UntrustedException {@link Reason#MALFORMED} if it is no list
     */
    public void hear(Bytes rootList) throws UntrustedException {
        if (revoked != null) {
            revoked.hear(rootList);
        }
    }

    /** The roots under which a peer is believed. */
    public TrustedRoots roots() {
        return roots;
    }

    /**
     * @param chain the peer's own certificate first, each signed by the next, without the root
     * @param staple the OCSP response that came with it; empty if none did
     * @throws UntrustedException for the first check that fails
     */
    public VerifiedPeer verify(List<X509Certificate> chain, Bytes staple) throws UntrustedException {
        if (chain.isEmpty() || chain.size() > Certificates.MAX_CHAIN) {
            throw new UntrustedException(Reason.MALFORMED, "a chain of " + chain.size() + " certificates");
        }
        List<X509Certificate> path = List.copyOf(chain);
        X509Certificate leaf = path.getFirst();
        if (leaf.equals(own)) {
            throw new UntrustedException(Reason.OWN_CERTIFICATE, "the peer presented our own certificate");
        }
        Instant now = clock.instant();
        X509Certificate anchor = CertificatePath.validate(path, roots.certificates(), now, signatures);
        if (revoked != null) {
            revoked.requireNone(path);
        }
        PeerName name = EndEntity.requireRole(leaf, required);
        X509Certificate issuer = path.size() > 1 ? path.get(1) : anchor;
        status.check(leaf, issuer, staple, now);
        return new VerifiedPeer(name, required, path, issuer);
    }

    /**
     * Whether a peer that was verified before still holds: its certificates have not ended, and are not revoked.
     *
     * @param staple a current OCSP response; empty for verifiers that ask the authority itself
     * @throws UntrustedException for the first check that fails now
     */
    public void verifyAgain(VerifiedPeer peer, Bytes staple) throws UntrustedException {
        verify(peer.chain(), staple);
    }
}
