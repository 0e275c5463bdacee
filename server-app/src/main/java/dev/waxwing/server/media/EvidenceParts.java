package dev.waxwing.server.media;

import dev.waxwing.evidence.Evidence;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What proves an accepted transfer, besides its content, as it was at acceptance. Certificates, status and list are DER.
 *
 * @param manifest as the device signed it
 * @param manifestSignature detached CMS by the device
 * @param receipt as the server signed it
 * @param receiptSignature detached CMS by the receipt signer
 * @param rootCertificate of the authority
 * @param issuingCertificate of the authority that issued the device's certificate
 * @param deviceCertificate with whose key the manifest was signed
 * @param receiptCertificate with whose key the receipt was signed
 * @param deviceStatus OCSP response about the device's certificate
 * @param revocationList of the authority that issued the device's certificate
 * @param receiptIssuer the authority that issued the receipt signer's certificate, if it is another
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
        Bytes revocationList,
        Optional<OtherIssuer> receiptIssuer) {

    /**
     * An authority besides the device's.
     *
     * @param certificate its own
     * @param revocationList its own
     */
    public record OtherIssuer(Bytes certificate, Bytes revocationList) {}

    /** @throws UntrustedException if a certificate cannot be read */
    Evidence evidence() throws UntrustedException {
        List<X509Certificate> authorities = new ArrayList<>(List.of(certificate(issuingCertificate)));
        if (receiptIssuer.isPresent()) {
            authorities.add(certificate(receiptIssuer.get().certificate()));
        }
        return new Evidence(
                manifest,
                manifestSignature,
                receipt,
                receiptSignature,
                certificate(rootCertificate),
                authorities,
                certificate(deviceCertificate),
                certificate(receiptCertificate),
                deviceStatus,
                revocationList,
                receiptIssuer.map(OtherIssuer::revocationList));
    }

    private static X509Certificate certificate(Bytes der) throws UntrustedException {
        return Certificates.parse(der.toArray());
    }
}
