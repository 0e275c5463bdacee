package dev.waxwing.evidence;

import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Verifies a receipt (protocol section 14.3), by the device that got it or by anyone later, without any network. */
public final class ReceiptVerification {

    private ReceiptVerification() {}

    /**
     * @param manifest the exact bytes of the manifest that was sent
     * @param chain the receipt signer's certificate and its authorities, in any order, without the root
     */
    public static VerificationReport verify(
            Bytes manifest, Bytes receipt, Bytes signature, List<X509Certificate> chain, TrustedRoots roots) {
        Checklist list = new Checklist();
        Optional<Manifest> said = list.run(Check.MANIFEST_FORM, Manifest::name, () -> Manifest.decode(manifest));
        Checked checked = check(list, TrustLevel.WXP2, manifest, receipt, signature, chain, Optional.of(roots));
        return list.report(said, checked.receipt());
    }

    /**
     * Verifies a receipt, and that the device which the manifest names signed the manifest.
     *
     * @param manifest the exact bytes of the manifest that was sent
     * @param chain both signers' certificates and their authorities, in any order, without the root
     */
    public static VerificationReport verify(
            Bytes manifest,
            Bytes manifestSignature,
            Bytes receipt,
            Bytes signature,
            List<X509Certificate> chain,
            TrustedRoots roots) {
        Checklist list = new Checklist();
        Optional<Manifest> said = list.run(Check.MANIFEST_FORM, Manifest::name, () -> Manifest.decode(manifest));
        Checked checked = check(list, TrustLevel.WXP2, manifest, receipt, signature, chain, Optional.of(roots));
        EvidenceVerification.device(
                new SignerChecks(list, Role.DEVICE, chain),
                manifest,
                manifestSignature,
                Optional.of(roots),
                said,
                checked.receipt().map(Receipt::acceptedAt));
        return list.report(said, checked.receipt());
    }

    /**
     * What the checks of a receipt found.
     *
     * @param receipt if it is well-formed
     * @param signer if the signature is right
     * @param peer the signer, if its chain held at the time of acceptance
     */
    record Checked(Optional<Receipt> receipt, Optional<X509Certificate> signer, Optional<VerifiedPeer> peer) {}

    static Checked check(
            Checklist list,
            TrustLevel level,
            Bytes manifest,
            Bytes receipt,
            Bytes signature,
            List<X509Certificate> certificates,
            Optional<TrustedRoots> roots) {
        Optional<Receipt> parsed = list.run(
                Check.RECEIPT_FORM, r -> "accepted at " + r.acceptedAt(), () -> Receipt.decode(receipt, level));
        var signer = new SignerChecks(list, Role.RECEIPT, certificates);
        Optional<X509Certificate> certificate = signer.signature(Check.RECEIPT_SIGNATURE, receipt, signature);
        if (certificate.isPresent()) {
            signer.role(Check.RECEIPT_SIGNER, certificate.get(), Optional.empty());
        } else {
            list.skip(Check.RECEIPT_SIGNER, "there is no signature");
        }
        Optional<VerifiedPeer> peer = Optional.empty();
        if (certificate.isPresent() && parsed.isPresent() && roots.isPresent()) {
            peer = signer.chain(
                    Check.RECEIPT_CHAIN,
                    certificate.get(),
                    roots.get(),
                    parsed.get().acceptedAt());
        } else {
            list.skip(Check.RECEIPT_CHAIN, "there is no signature, root or time");
        }
        if (parsed.isPresent()) {
            list.run(Check.RECEIPT_NAMES_MANIFEST, Bytes::hex, () -> namesManifest(parsed.get(), manifest));
        } else {
            list.skip(Check.RECEIPT_NAMES_MANIFEST, "there is no receipt");
        }
        return new Checked(parsed, certificate, peer);
    }

    private static Bytes namesManifest(Receipt receipt, Bytes manifest) throws MalformedEvidenceException {
        if (!receipt.manifestSha256().equals(Manifest.sha256(manifest))) {
            throw new MalformedEvidenceException("the receipt is about another manifest");
        }
        return receipt.manifestSha256();
    }
}
