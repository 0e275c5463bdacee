package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.Inventory.Presented;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.trust.CertificateStatus;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks the authority itself about a device's certificate (docs/protocol.md, section 7.1). The database is asked before
 * anything is decided, so that a revoked certificate takes as long as any other (section 7.3).
 */
record InventoryStatus(CertificateAuthority authority, Inventory inventory, Revocation revocation)
        implements CertificateStatus {

    @Override
    public void check(X509Certificate leaf, X509Certificate issuer, Bytes staple, Instant now)
            throws UntrustedException {
        SerialNumber serialNumber = SerialNumber.of(leaf);
        Optional<Presented> known = inventory.presented(serialNumber).filter(found -> leaf.equals(found.certificate()));
        if (revocation.isRevoked(leaf)) {
            throw new UntrustedException(Reason.REVOKED, "certificate " + serialNumber + " is revoked");
        }
        if (authority.hasRevoked(issuer)) {
            throw new UntrustedException(
                    Reason.REVOKED, "the authority that issued certificate " + serialNumber + " is revoked");
        }
        if (known.isEmpty()) {
            throw new UntrustedException(
                    Reason.NOT_IN_INVENTORY, "certificate " + serialNumber + " is not in the inventory");
        }
        SerialNumber successor = known.get().supersededBy();
        if (successor != null) {
            throw new UntrustedException(
                    Reason.SUPERSEDED, "certificate " + serialNumber + " is superseded by " + successor);
        }
    }
}
