package dev.waxwing.evidence;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;

/**
 * Names the certificate of a signer (protocol section 14.4).
 *
 * @param issuer of the certificate
 * @param serialNumber of the certificate
 */
public record SignerId(X500Principal issuer, BigInteger serialNumber) {

    public static SignerId of(X509Certificate certificate) {
        return new SignerId(certificate.getIssuerX500Principal(), certificate.getSerialNumber());
    }
}
