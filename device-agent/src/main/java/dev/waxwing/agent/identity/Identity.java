package dev.waxwing.agent.identity;

import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.CertificateLife;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who this device is, and whom it trusts.
 *
 * @param name the device's name
 * @param chain its certificate and those above it, without the root
 * @param roots the roots that it trusts, the one that its invite pinned first
 * @param addresses where the server listens, in the order to try
 * @param enrolledAt when it got its certificate, by its own clock
 * @param hasOldKey whether its key is older than its certificate, because the server has let it back in (protocol section 16.4)
 */
public record Identity(
        PeerName name,
        List<X509Certificate> chain,
        TrustedRoots roots,
        List<ServerAddress> addresses,
        Instant enrolledAt,
        boolean hasOldKey) {

    public Identity {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity without a certificate");
        }
        chain = List.copyOf(chain);
        addresses = List.copyOf(addresses);
    }

    /** An identity with a key of its own. */
    public Identity(
            PeerName name,
            List<X509Certificate> chain,
            TrustedRoots roots,
            List<ServerAddress> addresses,
            Instant enrolledAt) {
        this(name, chain, roots, addresses, enrolledAt, false);
    }

    /** The root that its invite pinned. */
    public TrustedRoot root() {
        return roots.first();
    }

    /** The device's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** When the device's certificate ends. */
    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    /** Whether the device's certificate has ended. */
    public boolean hasEnded(Instant now) {
        return !notAfter().isAfter(now);
    }

    /** When the certificate is to be renewed: two thirds after the device got it, or at once if its key is old (section 16.1). */
    public Instant renewalDue() {
        if (hasOldKey) {
            return enrolledAt;
        }
        return CertificateLife.since(enrolledAt, certificate()).renewalDue();
    }

    /** The serial number of the device's certificate in lower-case hexadecimal with an even number of digits. */
    public String serialNumber() {
        String hex = certificate().getSerialNumber().toString(16);
        return hex.length() % 2 == 0 ? hex : "0" + hex;
    }

    /** What names this device for ever: its name under the root that its invite pinned. Counters and ids belong to it. */
    public String subject() {
        return name.value() + "-" + root().spkiSha256().hex().substring(0, 16);
    }
}
