package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a device has learnt from the revocation lists of its roots: authorities below them that count no more (protocol section 7.4).
 * It only ever learns: what a root once named stays revoked, whatever a later list says, and the times of a list do not matter. Any
 * thread may call.
 */
public final class RevokedAuthorities {

    /** The largest list that is looked at, in bytes. */
    public static final int MAX_LIST = 16_384;

    private final List<Known> roots;

    /** The newest list of one root, and all that its lists have named. Guarded by itself. */
    private static final class Known {

        private final TrustedRoot root;
        private final Set<BigInteger> named = new HashSet<>();
        private Bytes list = Bytes.EMPTY;
        private BigInteger number = BigInteger.valueOf(-1);

        Known(TrustedRoot root) {
            this.root = root;
        }

        synchronized boolean take(Bytes der) throws UntrustedException {
            if (der.equals(list)) {
                return false;
            }
            SignedList signed = SignedList.of(der, root.certificate());
            BigInteger its = signed.number();
            boolean isNewest = its.compareTo(number) > 0;
            if (isNewest) {
                number = its;
                list = der;
            }
            return named.addAll(signed.serialNumbers()) || isNewest;
        }

        synchronized Bytes list() {
            return list;
        }

        synchronized Set<BigInteger> named() {
            return Set.copyOf(named);
        }

        synchronized void add(Set<BigInteger> serialNumbers) {
            named.addAll(serialNumbers);
        }

        synchronized boolean names(X509Certificate certificate) {
            return named.contains(certificate.getSerialNumber())
                    && root.certificate().getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
        }
    }

    /** Of these roots, without having learnt anything. */
    public RevokedAuthorities(TrustedRoots roots) {
        this.roots = roots.all().stream().map(Known::new).toList();
    }

    /**
     * Learns from a list what it names, be it newer or older than what is known of its root.
     *
     * @param der 1 to {@value #MAX_LIST} bytes
     * @return the root whose list it is, if anything was learnt: a revoked authority, or a newer list
     * @throws UntrustedException if it is not a complete list that one of the roots has signed ({@link Reason#UNKNOWN_ISSUER} or
     *     {@link Reason#WEAK_KEY} if none has signed it); nothing was learnt then
     */
    public Optional<TrustedRoot> take(Bytes der) throws UntrustedException {
        if (der.isEmpty() || der.size() > MAX_LIST) {
            throw new UntrustedException(Reason.MALFORMED, "a root's revocation list of " + der.size() + " bytes");
        }
        UntrustedException none = null;
        for (Known known : roots) {
            try {
                return known.take(der) ? Optional.of(known.root) : Optional.empty();
            } catch (UntrustedException e) {
                // What is wrong with a root's own list says more than that it is not another's.
                none = none == null || isAnothers(none) ? e : none;
            }
        }
        throw none == null ? new UntrustedException(Reason.UNKNOWN_ISSUER, "there is no root") : none;
    }

    /**
     * Learns from a list that a server showed before anybody knew who it is: {@link #take}, but what none of the roots has signed says
     * nothing.
     *
     * @throws UntrustedException {@link Reason#MALFORMED} if it is no list at all, or a root has signed what is no complete list
     */
    public void hear(Bytes der) throws UntrustedException {
        try {
            take(der);
        } catch (UntrustedException e) {
            if (!isAnothers(e)) {
                throw e;
            }
        }
    }

    private static boolean isAnothers(UntrustedException e) {
        return e.reason() == Reason.UNKNOWN_ISSUER || e.reason() == Reason.WEAK_KEY;
    }

    /** Learns what lists that are not there any more have named. */
    public void remember(TrustedRoot root, Set<BigInteger> serialNumbers) {
        known(root).forEach(known -> known.add(serialNumbers));
    }

    /** The newest list of a root, DER; nothing when there was none. */
    public Optional<Bytes> newest(TrustedRoot root) {
        return known(root).map(Known::list).filter(list -> !list.isEmpty()).findFirst();
    }

    /** The serial numbers of all that lists of a root have ever named. */
    public Set<BigInteger> named(TrustedRoot root) {
        return known(root).map(Known::named).findFirst().orElse(Set.of());
    }

    private Stream<Known> known(TrustedRoot root) {
        return roots.stream().filter(known -> known.root.certificate().equals(root.certificate()));
    }

    /**
     * Requires that a chain does not go through an authority that is revoked.
     *
     * @param chain without the root; only its last certificate is the root's
     * @throws UntrustedException {@link Reason#ISSUER_REVOKED} if it does
     */
    public void requireNone(List<X509Certificate> chain) throws UntrustedException {
        X509Certificate last = chain.getLast();
        if (roots.stream().anyMatch(known -> known.names(last))) {
            throw new UntrustedException(
                    Reason.ISSUER_REVOKED,
                    "the root has revoked " + last.getSubjectX500Principal().getName());
        }
    }
}
