package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The root certificates that a verifier was configured with, any of which counts. There can be several, so that a deployment can go
 * from one root to the next.
 */
public final class TrustedRoots {

    /** As many as a CertificateRequest can name (protocol section 5.4). */
    public static final int MAX = 16;

    private final List<TrustedRoot> roots;

    private TrustedRoots(List<TrustedRoot> roots) {
        if (roots.isEmpty() || roots.size() > MAX) {
            throw new IllegalArgumentException(roots.size() + " roots");
        }
        this.roots = List.copyOf(roots);
    }

    /** One root alone. */
    public static TrustedRoots of(TrustedRoot root) {
        return new TrustedRoots(List.of(root));
    }

    /**
     * The roots with these certificates, 1 to {@link #MAX}.
     *
     * @throws UntrustedException if one is not that of a self-signed certificate authority, or there are none or too many
     */
    public static TrustedRoots of(List<X509Certificate> certificates) throws UntrustedException {
        if (certificates.isEmpty() || certificates.size() > MAX) {
            throw new UntrustedException(Reason.MALFORMED, certificates.size() + " roots");
        }
        TrustedRoot[] roots = new TrustedRoot[certificates.size()];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = TrustedRoot.of(certificates.get(i));
        }
        return new TrustedRoots(List.of(roots));
    }

    /** All of them, in the order given. */
    public List<TrustedRoot> all() {
        return roots;
    }

    /** The first: for a device, the one that its invite pinned. */
    public TrustedRoot first() {
        return roots.getFirst();
    }

    /** Their certificates, in the order given. */
    public List<X509Certificate> certificates() {
        return roots.stream().map(TrustedRoot::certificate).toList();
    }

    /** The hash of each root's public key, in the order given. */
    public List<Bytes> spkiSha256() {
        return roots.stream().map(TrustedRoot::spkiSha256).toList();
    }

    /** The root with this certificate, if it is one of them. */
    public Optional<TrustedRoot> find(X509Certificate certificate) {
        return roots.stream()
                .filter(root -> root.certificate().equals(certificate))
                .findFirst();
    }

    /** The root that the last certificate of a chain names as its issuer, if it is one of them; whether it signed it is not looked at. */
    public Optional<TrustedRoot> above(X509Certificate last) {
        return roots.stream()
                .filter(root -> root.certificate().getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                .findFirst();
    }

    @Override
    public String toString() {
        return roots.toString();
    }
}
