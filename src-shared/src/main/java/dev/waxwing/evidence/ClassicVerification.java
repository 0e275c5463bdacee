package dev.waxwing.evidence;

import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.evidence.EvidenceVerification.Content;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Verifies the evidence of one transfer that came by classic, and its content (protocol section 15.1), without any network. That
 * everything holds means less than for WXP/2: which device it was is the server's word.
 */
public final class ClassicVerification {

    /**
     * What the evidence consists of, wherever it lies.
     *
     * @param certificates the receipt signer's and the authorities', in any order, without the root
     */
    record Material(
            Bytes manifest,
            Optional<Bytes> contentSignature,
            Attempt deviceKey,
            Bytes receipt,
            Bytes receiptSignature,
            List<X509Certificate> certificates,
            Bytes revocationList,
            Content content) {}

    /** How the device's key is read. */
    @FunctionalInterface
    interface Attempt {
        ClassicKey read() throws MalformedEvidenceException;
    }

    private ClassicVerification() {}

    /**
     * Runs every check. What is wrong is in the report, and never thrown; content that cannot be read fails its check.
     *
     * @param ownRoots the roots that the verifier trusts, any of them
     */
    public static VerificationReport verify(ClassicEvidence evidence, Content content, TrustedRoots ownRoots) {
        List<X509Certificate> certificates = new ArrayList<>(evidence.authorities());
        certificates.add(evidence.receiptSigner());
        Checklist list = new Checklist();
        Optional<TrustedRoot> root = list.run(
                Check.ROOT, TrustedRoot::toString, () -> EvidenceVerification.requireOne(evidence.root(), ownRoots));
        Material material = new Material(
                evidence.manifest(),
                evidence.contentSignature(),
                () -> ClassicKey.of(evidence.deviceKey()),
                evidence.receipt(),
                evidence.receiptSignature(),
                certificates,
                evidence.revocationList(),
                content);
        return verify(material, Optional.of(root.map(TrustedRoots::of).orElse(ownRoots)), list);
    }

    static VerificationReport verify(Material material, Optional<TrustedRoots> roots, Checklist list) {
        Optional<ClassicManifest> manifest =
                list.run(Check.MANIFEST_FORM, ClassicManifest::name, () -> ClassicManifest.decode(material.manifest()));
        ReceiptVerification.Checked receipt = ReceiptVerification.check(
                list,
                TrustLevel.CLASSIC,
                material.manifest(),
                material.receipt(),
                material.receiptSignature(),
                material.certificates(),
                roots);
        if (manifest.isPresent()) {
            content(list, material, manifest.get());
        } else {
            list.skip(Check.CONTENT_HASH, "there is no manifest");
            list.skip(Check.DEVICE_KEY, "there is no manifest");
        }
        if (receipt.peer().isPresent() && receipt.receipt().isPresent()) {
            list.run(
                    Check.STATUS,
                    at -> "receipt signer not revoked at " + at,
                    () -> status(
                            material,
                            receipt.peer().get(),
                            receipt.receipt().get().acceptedAt()));
        } else {
            list.skip(Check.STATUS, "there is no verified signer or time");
        }
        return list.report(manifest, receipt.receipt());
    }

    private static void content(Checklist list, Material material, ClassicManifest manifest) {
        Optional<ClassicKey> key = list.run(
                Check.DEVICE_KEY, found -> Sha256.of(found.der()).hex(), () -> requireNamed(material, manifest));
        boolean due = manifest.signature() != ContentSignature.NONE
                || material.contentSignature().isPresent();
        Optional<Signature> verifier = due ? key.map(ClassicKey::verifier) : Optional.empty();
        list.run(
                Check.CONTENT_HASH,
                Bytes::hex,
                () -> EvidenceVerification.content(material.content(), manifest, verifier));
        if (due) {
            if (verifier.isPresent()) {
                list.run(
                        Check.CONTENT_SIGNATURE,
                        _ -> "by the key of " + manifest.device() + ", RSASSA-PSS",
                        () -> requireSignature(material, manifest, verifier.get()));
            } else {
                list.skip(Check.CONTENT_SIGNATURE, "there is no key");
            }
        }
    }

    private static ClassicKey requireNamed(Material material, ClassicManifest manifest)
            throws MalformedEvidenceException {
        ClassicKey key = material.deviceKey().read();
        if (!Sha256.of(key.der()).equals(manifest.deviceKeySha256())) {
            throw new MalformedEvidenceException("the public key is not the one that the manifest names");
        }
        return key;
    }

    /** @param fed a verifier that has seen the content */
    private static Bytes requireSignature(Material material, ClassicManifest manifest, Signature fed)
            throws MalformedEvidenceException, InvalidSignatureException {
        Bytes signature = material.contentSignature()
                .orElseThrow(
                        () -> new MalformedEvidenceException("there is no signature, though the manifest says so"));
        if (manifest.signature() == ContentSignature.NONE) {
            throw new MalformedEvidenceException("there is a signature, though the manifest says there is none");
        }
        try {
            if (!fed.verify(signature.toArray())) {
                throw new InvalidSignatureException("the signature is not the device's over this content");
            }
            return signature;
        } catch (SignatureException e) {
            throw new InvalidSignatureException("the signature cannot be verified: " + e.getMessage(), e);
        }
    }

    private static Instant status(Material material, VerifiedPeer receiptSigner, Instant at)
            throws UntrustedException, IOException {
        RevocationList.of(material.revocationList(), receiptSigner.issuer(), at)
                .requireAbsent(receiptSigner.certificate());
        return at;
    }
}
