package dev.waxwing.trust;

import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A holder of a role whose certificate a {@link PeerVerifier} believes. Nobody else can make one.
 *
 * <p>A session keeps it for hours and hardly ever looks at the certificate, which takes ten times the memory of its encoding once it
 * is parsed. So the encoding is kept, and parsed each time somebody asks. Authorities are shared by all peers and stay parsed.
 */
public final class VerifiedPeer {

    private final PeerName name;
    private final Role role;
    private final Bytes certificate;
    private final Instant notAfter;
    private final List<X509Certificate> authorities;
    private final X509Certificate issuer;

    VerifiedPeer(PeerName name, Role role, List<X509Certificate> chain, X509Certificate issuer) {
        this.name = name;
        this.role = role;
        this.certificate = Certificates.encode(chain.getFirst());
        this.notAfter = chain.getFirst().getNotAfter().toInstant();
        this.authorities = List.copyOf(chain.subList(1, chain.size())); // A view would keep the parsed leaf.
        this.issuer = issuer;
    }

    public PeerName name() {
        return name;
    }

    public Role role() {
        return role;
    }

    /** Parsed for this call. */
    public X509Certificate certificate() {
        try {
            return Certificates.parse(certificate.toArray());
        } catch (UntrustedException e) {
            throw new IllegalStateException("this certificate was parsed before", e);
        }
    }

    /** The certificate that signed the peer's: the next of the chain, or the root. */
    public X509Certificate issuer() {
        return issuer;
    }

    /** The peer's certificate first, without the root; parsed for this call. */
    public List<X509Certificate> chain() {
        return Stream.concat(Stream.of(certificate()), authorities.stream()).toList();
    }

    /** The end of the peer's certificate: no session goes beyond it (protocol section 12). */
    public Instant notAfter() {
        return notAfter;
    }

    @Override
    public String toString() {
        return role.uri(name);
    }
}
