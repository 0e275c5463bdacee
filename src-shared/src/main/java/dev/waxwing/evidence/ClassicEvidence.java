package dev.waxwing.evidence;

import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * All that there is of one accepted transfer that came by classic, except its content.
 *
 * @param manifest its exact bytes, a {@link ClassicManifest}
 * @param contentSignature the device's RSASSA-PSS signature over the content; none of a text
 * @param deviceKey the device's public key, SubjectPublicKeyInfo in DER
 * @param receipt its exact bytes
 * @param root the root under which the receipt signer's certificate is
 * @param authorities the authorities between root and signer, the issuer of its certificate first
 * @param receiptSigner the certificate that signed the receipt
 * @param revocationList the revocation list of its issuer as of acceptance, in DER
 */
public record ClassicEvidence(
        Bytes manifest,
        Optional<Bytes> contentSignature,
        Bytes deviceKey,
        Bytes receipt,
        Bytes receiptSignature,
        X509Certificate root,
        List<X509Certificate> authorities,
        X509Certificate receiptSigner,
        Bytes revocationList) {

    /** @throws IllegalArgumentException if there is no authority between root and signer */
    public ClassicEvidence {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("no issuing authority");
        }
        authorities = List.copyOf(authorities);
    }
}
