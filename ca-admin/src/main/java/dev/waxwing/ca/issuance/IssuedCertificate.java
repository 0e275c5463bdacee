package dev.waxwing.ca.issuance;

import dev.waxwing.ca.inventory.SerialNumber;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate that was signed and stored.
 *
 * @param certificate the certificate
 * @param issuer the certificate of the authority that signed it
 */
public record IssuedCertificate(X509Certificate certificate, X509Certificate issuer) {

    /** Its serial number. */
    public SerialNumber serialNumber() {
        return SerialNumber.of(certificate);
    }

    /** The certificate and its issuer; the root is not in it. */
    public List<X509Certificate> chain() {
        return List.of(certificate, issuer);
    }
}
