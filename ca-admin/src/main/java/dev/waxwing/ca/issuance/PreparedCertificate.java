package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.inventory.SerialNumber;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.asn1.x509.TBSCertificate;

/**
 * A certificate that was checked, and whose intent is stored: the permission to sign exactly these bytes once. Only
 * {@link Issuance#prepare} makes one.
 */
public final class PreparedCertificate {

    private final TBSCertificate content;
    private final CertificateOrder order;
    private final Authority issuer;
    private final AtomicBoolean used = new AtomicBoolean();

    PreparedCertificate(TBSCertificate content, CertificateOrder order, Authority issuer) {
        this.content = content;
        this.order = order;
        this.issuer = issuer;
    }

    /** The serial number that the certificate will have. */
    public SerialNumber serialNumber() {
        return new SerialNumber(content.getSerialNumber().getPositiveValue());
    }

    CertificateOrder order() {
        return order;
    }

    /** The authority that the bytes name, which may have been retired since. */
    Authority issuer() {
        return issuer;
    }

    /** The bytes to sign. */
    TBSCertificate redeem() {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("the permission to sign " + serialNumber() + " was used before");
        }
        return content;
    }
}
