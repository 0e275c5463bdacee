package dev.waxwing.server.media;

import dev.waxwing.evidence.ClassicEvidence;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What there is to prove an accepted transfer that came by classic, besides its content, as it was at acceptance. Certificates and
 * list are DER.
 *
 * @param manifest made by the server
 * @param contentSignature by the device; none of a text
 * @param deviceKey SubjectPublicKeyInfo
 * @param receipt as the server signed it
 * @param receiptSignature detached CMS by the receipt signer
 * @param rootCertificate of the authority
 * @param issuingCertificate that issued the one below
 * @param receiptCertificate with whose key the receipt was signed
 * @param revocationList of the issuing authority
 */
public record ClassicParts(
        Bytes manifest,
        Optional<Bytes> contentSignature,
        Bytes deviceKey,
        Bytes receipt,
        Bytes receiptSignature,
        Bytes rootCertificate,
        Bytes issuingCertificate,
        Bytes receiptCertificate,
        Bytes revocationList) {

    /** @throws UntrustedException if a certificate cannot be read */
    ClassicEvidence evidence() throws UntrustedException {
        return new ClassicEvidence(
                manifest,
                contentSignature,
                deviceKey,
                receipt,
                receiptSignature,
                Certificates.parse(rootCertificate.toArray()),
                List.of(Certificates.parse(issuingCertificate.toArray())),
                Certificates.parse(receiptCertificate.toArray()),
                revocationList);
    }
}
