package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * All that proves one accepted transfer, except its content.
 *
 * @param manifest its exact bytes
 * @param receipt its exact bytes
 * @param root the root under which both signers' certificates are
 * @param authorities the authorities between root and signers: the issuer of the device's certificate first, then that of the receipt
 *     signer's if it is another
 * @param device the certificate that signed the manifest
 * @param receiptSigner the certificate that signed the receipt
 * @param deviceStatus an OCSP response about the device's certificate as of acceptance, in DER
 * @param revocationList the revocation list of the device certificate's issuer as of acceptance, in DER
 * @param receiptRevocationList that of the receipt signer's issuer, if it is another
 */
public record Evidence(
        Bytes manifest,
        Bytes manifestSignature,
        Bytes receipt,
        Bytes receiptSignature,
        X509Certificate root,
        List<X509Certificate> authorities,
        X509Certificate device,
        X509Certificate receiptSigner,
        Bytes deviceStatus,
        Bytes revocationList,
        Optional<Bytes> receiptRevocationList) {

    /** @throws IllegalArgumentException if there is no authority between root and signers */
    public Evidence {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("no issuing authority");
        }
        authorities = List.copyOf(authorities);
    }
}
