package dev.waxwing.evidence;

import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Verifies the evidence of one transfer and its content (protocol section 15), without any network. */
public final class EvidenceVerification {

    private static final int BUFFER = 65_536;

    /** Where the content is read from, once. */
    @FunctionalInterface
    public interface Content {
        InputStream open() throws IOException;
    }

    /**
     * What evidence consists of, wherever it lies.
     *
     * @param certificates both signers' and the authorities', in any order, without the root
     */
    record Material(
            Bytes manifest,
            Bytes manifestSignature,
            Bytes receipt,
            Bytes receiptSignature,
            List<X509Certificate> certificates,
            Bytes deviceStatus,
            Bytes revocationList,
            Optional<Bytes> receiptRevocationList,
            Content content) {}

    private EvidenceVerification() {}

    /**
     * Runs every check. What is wrong is in the report, and never thrown; content that cannot be read fails its check.
     *
     * @param ownRoots the roots that the verifier trusts, any of them
     */
    public static VerificationReport verify(Evidence evidence, Content content, TrustedRoots ownRoots) {
        List<X509Certificate> certificates = new ArrayList<>(evidence.authorities());
        certificates.add(evidence.device());
        certificates.add(evidence.receiptSigner());
        Checklist list = new Checklist();
        Optional<TrustedRoot> root =
                list.run(Check.ROOT, TrustedRoot::toString, () -> requireOne(evidence.root(), ownRoots));
        Material material = new Material(
                evidence.manifest(),
                evidence.manifestSignature(),
                evidence.receipt(),
                evidence.receiptSignature(),
                certificates,
                evidence.deviceStatus(),
                evidence.revocationList(),
                evidence.receiptRevocationList(),
                content);
        return verify(material, Optional.of(root.map(TrustedRoots::of).orElse(ownRoots)), list);
    }

    static VerificationReport verify(Material material, Optional<TrustedRoots> roots, Checklist list) {
        Optional<Manifest> manifest =
                list.run(Check.MANIFEST_FORM, Manifest::name, () -> Manifest.decode(material.manifest()));
        ReceiptVerification.Checked receipt = ReceiptVerification.check(
                list,
                TrustLevel.WXP2,
                material.manifest(),
                material.receipt(),
                material.receiptSignature(),
                material.certificates(),
                roots);
        if (manifest.isPresent()) {
            list.run(
                    Check.CONTENT_HASH,
                    Bytes::hex,
                    () -> content(material.content(), manifest.get(), Optional.empty()));
        } else {
            list.skip(Check.CONTENT_HASH, "there is no manifest");
        }
        Optional<Instant> acceptedAt = receipt.receipt().map(Receipt::acceptedAt);
        var checks = new SignerChecks(list, Role.DEVICE, material.certificates());
        Optional<VerifiedPeer> device =
                device(checks, material.manifest(), material.manifestSignature(), roots, manifest, acceptedAt);
        if (device.isPresent() && acceptedAt.isPresent()) {
            list.run(
                    Check.STATUS,
                    at -> "good at " + at,
                    () -> status(material, device.get(), receipt.peer(), acceptedAt.get()));
        } else {
            list.skip(Check.STATUS, "there is no verified signer or time");
        }
        return list.report(manifest, receipt.receipt());
    }

    /** The one of the verifier's own roots that the evidence names. */
    static TrustedRoot requireOne(X509Certificate enclosed, TrustedRoots own) throws UntrustedException {
        return own.find(enclosed)
                .orElseThrow(() -> new UntrustedException(
                        UntrustedException.Reason.UNKNOWN_ISSUER,
                        "the evidence is of another root: "
                                + enclosed.getSubjectX500Principal().getName()));
    }

    /**
     * Reads the content, once.
     *
     * @param verifier is fed with it, if there is one
     * @return its SHA-256, which is the manifest's
     */
    static Bytes content(Content content, Statement manifest, Optional<Signature> verifier)
            throws IOException, MalformedEvidenceException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[BUFFER];
        long read = 0;
        try (InputStream in = content.open()) {
            // As far as it can have the right size: the rest may be endless.
            for (int n = in.read(buffer); n >= 0 && read <= manifest.size(); n = in.read(buffer)) {
                read += n;
                digest.update(buffer, 0, n);
                if (verifier.isPresent()) {
                    verifier.get().update(buffer, 0, n);
                }
            }
        } catch (SignatureException e) {
            throw new IllegalStateException("a verifier that takes no content", e);
        }
        Bytes sha256 = Bytes.of(digest.digest());
        if (read != manifest.size()) {
            throw new MalformedEvidenceException("the content has " + (read < manifest.size() ? "fewer" : "more")
                    + " than the " + manifest.size() + " bytes that the manifest says");
        }
        if (!sha256.equals(manifest.sha256())) {
            throw new MalformedEvidenceException("the content has another hash: " + sha256.hex());
        }
        return sha256;
    }

    /** Checks who signed the manifest; gives the verified signer, if there is one. */
    static Optional<VerifiedPeer> device(
            SignerChecks checks,
            Bytes encoded,
            Bytes signature,
            Optional<TrustedRoots> roots,
            Optional<Manifest> manifest,
            Optional<Instant> acceptedAt) {
        Checklist list = checks.list();
        Optional<X509Certificate> signer = checks.signature(Check.MANIFEST_SIGNATURE, encoded, signature);
        if (signer.isPresent()) {
            checks.role(Check.MANIFEST_SIGNER, signer.get(), manifest.map(Manifest::device));
        } else {
            list.skip(Check.MANIFEST_SIGNER, "there is no signature");
        }
        if (signer.isPresent() && roots.isPresent() && acceptedAt.isPresent()) {
            return checks.chain(Check.MANIFEST_CHAIN, signer.get(), roots.get(), acceptedAt.get());
        }
        list.skip(Check.MANIFEST_CHAIN, "there is no signature, root or time");
        return Optional.empty();
    }

    private static Instant status(
            Material material, VerifiedPeer device, Optional<VerifiedPeer> receiptSigner, Instant at)
            throws UntrustedException, MalformedEvidenceException {
        new StapledStatus().check(device.certificate(), device.issuer(), material.deviceStatus(), at);
        var list = RevocationList.of(material.revocationList(), device.issuer(), at);
        list.requireAbsent(device.certificate());
        if (receiptSigner.isPresent()) {
            X509Certificate issuer = receiptSigner.get().issuer();
            var signers = issuer.equals(device.issuer())
                    ? same(list, material.receiptRevocationList())
                    : RevocationList.of(other(material.receiptRevocationList()), issuer, at);
            signers.requireAbsent(receiptSigner.get().certificate());
        }
        return at;
    }

    private static RevocationList same(RevocationList list, Optional<Bytes> other) throws MalformedEvidenceException {
        if (other.isPresent()) {
            throw new MalformedEvidenceException("a second revocation list, though one CA issued both certificates");
        }
        return list;
    }

    private static Bytes other(Optional<Bytes> list) throws MalformedEvidenceException {
        return list.orElseThrow(() -> new MalformedEvidenceException(
                "the revocation list of the CA that issued the receipt signer's certificate is missing"));
    }
}
