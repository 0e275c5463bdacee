package dev.waxwing.evidence;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;

/**
 * Names the certificate of a signer (protocol section 14.4). Two are equal only if their issuers are written with the same
 * bytes: the name is not covered by the signature, so nothing about it may be free.
 *
 * @param issuer of the certificate
 * @param serialNumber of the certificate
 */
public record SignerId(X500Principal issuer, BigInteger serialNumber) {

    public static SignerId of(X509Certificate certificate) {
        return new SignerId(certificate.getIssuerX500Principal(), certificate.getSerialNumber());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignerId id
                && serialNumber.equals(id.serialNumber)
                && Arrays.equals(issuer.getEncoded(), id.issuer.getEncoded());
    }

    @Override
    public int hashCode() {
        return serialNumber.hashCode();
    }
}
