package dev.waxwing.trust;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** A holder of a role whose certificate a {@link PeerVerifier} believes. Nobody else can make one. */
public final class VerifiedPeer {

    private final PeerName name;
    private final Role role;
    private final List<X509Certificate> chain;
    private final X509Certificate issuer;

    VerifiedPeer(PeerName name, Role role, List<X509Certificate> chain, X509Certificate issuer) {
        this.name = name;
        this.role = role;
        this.chain = chain;
        this.issuer = issuer;
    }

    public PeerName name() {
        return name;
    }

    public Role role() {
        return role;
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The certificate that signed the peer's: the next of the chain, or the root. */
    public X509Certificate issuer() {
        return issuer;
    }

    /** The peer's certificate first, without the root. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The end of the peer's certificate: no session goes beyond it (protocol section 12). */
    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return role.uri(name);
    }
}
