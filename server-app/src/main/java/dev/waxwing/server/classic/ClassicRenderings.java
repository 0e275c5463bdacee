package dev.waxwing.server.classic;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateStatus;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes a device's certificate once more as an original program reads it (docs/classic.md, "Certificates"), signed by the classic
 * authority. It lets nobody in here: that is for the operator's list of classic devices. Any thread may call.
 */
@Component
public final class ClassicRenderings {

    private static final int BITS = 2048;
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);

    private final ClassicProperties properties;
    private final ClassicKeyRing ring;
    private final AuditTrail audit;

    ClassicRenderings(ClassicProperties properties, ClassicKeyRing ring, AuditTrail audit) {
        this.properties = properties;
        this.ring = ring;
        this.audit = audit;
    }

    /** Whether the classic form of this certificate can be had now. */
    public boolean fits(CertificateEntry entry, PublicKey key) {
        return fault(entry, key) == null;
    }

    /**
     * Writes it.
     *
     * @param entry what the inventory knows of the certificate
     * @param key the key in it
     * @param actor who wants it
     */
    public RenderingResult render(CertificateEntry entry, PublicKey key, String actor) {
        String serialNumber = entry.serialNumber().toString();
        String fault = fault(entry, key);
        if (fault != null || !(key instanceof RSAPublicKey rsa)) {
            String detail = String.valueOf(fault);
            AuditEvent event = AuditEvent.refused(actor, "classic.certificate.refused", serialNumber, detail);
            audit.record(event);
            return new RenderingResult.Refused(detail, event.reference());
        }
        audit.record(AuditEvent.success(actor, "classic.certificate.rendered", serialNumber, entry.name()));
        return new RenderingResult.Rendered(ring.issue(entry.name(), rsa));
    }

    private @Nullable String fault(CertificateEntry entry, PublicKey key) {
        if (!properties.enabled()) {
            return "Classic is off: waxwing.classic.enabled turns it on.";
        }
        if (entry.role() != CertificateRole.DEVICE) {
            return "Only a device's certificate has a classic form.";
        }
        if (!(key instanceof RSAPublicKey rsa)
                || rsa.getModulus().bitLength() != BITS
                || !rsa.getPublicExponent().equals(EXPONENT)) {
            return "The classic form is for keys of RSA-2048 with the exponent 65537 only; this certificate has"
                    + " another. Have one issued for such a key, or make a classic kit.";
        }
        if (entry.status() == CertificateStatus.REVOKED || entry.status() == CertificateStatus.EXPIRED) {
            return "The certificate is " + entry.status().text()
                    + ". The classic form can say neither, so there is none.";
        }
        return null;
    }
}
