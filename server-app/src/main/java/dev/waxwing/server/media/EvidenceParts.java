package dev.waxwing.server.media;

import dev.waxwing.evidence.Evidence;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What proves an accepted transfer, besides its content, as it was at acceptance. Certificates, status and list are DER.
 *
 * @param manifest as the device signed it
 * @param manifestSignature detached CMS by the device
 * @param receipt as the server signed it
 * @param receiptSignature detached CMS by the receipt signer
 * @param rootCertificate of the authority
 * @param issuingCertificate that issued the two below
 * @param deviceCertificate with whose key the manifest was signed
 * @param receiptCertificate with whose key the receipt was signed
 * @param deviceStatus OCSP response about the device's certificate
 * @param revocationList of the issuing authority
 */
public record EvidenceParts(
        Bytes manifest,
        Bytes manifestSignature,
        Bytes receipt,
        Bytes receiptSignature,
        Bytes rootCertificate,
        Bytes issuingCertificate,
        Bytes deviceCertificate,
        Bytes receiptCertificate,
        Bytes deviceStatus,
        Bytes revocationList) {
    /** @throws UntrustedException if a certificate cannot be read */
    Evidence evidence() throws UntrustedException {
        return new Evidence(
                manifest,
                manifestSignature,
                receipt,
                receiptSignature,
                certificate(rootCertificate),
                List.of(certificate(issuingCertificate)),
                certificate(deviceCertificate),
                certificate(receiptCertificate),
                deviceStatus,
                revocationList);
    }

    private static X509Certificate certificate(Bytes der) throws UntrustedException {
        return Certificates.parse(der.toArray());
    }
}
