package dev.waxwing.evidence;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Verifies an evidence bundle (protocol sections 15 and 15.1) without unpacking it and without any network. Memory does not depend
 * on its size.
 */
public final class BundleVerification {

    private BundleVerification() {}

    /**
     * Runs every check that the bundle allows; what is wrong with the bundle is in the report, and never thrown.
     *
     * @param ownRoots the roots that the verifier trusts, any of them; without one the chains are verified to the bundle's own root,
     *     which the report leaves for people to compare, and does not hold
     * @throws IOException if the file cannot be read
     */
    public static VerificationReport verify(Path bundle, Optional<TrustedRoots> ownRoots) throws IOException {
        try (BundleReader reader = BundleReader.open(bundle)) {
            return verify(reader, ownRoots);
        } catch (FileNotFoundException e) {
            throw e;
        } catch (IOException | MalformedEvidenceException e) {
            Checklist list = new Checklist();
            list.fail(Check.BUNDLE, e);
            return list.report(Optional.empty(), Optional.empty());
        }
    }

    private static VerificationReport verify(BundleReader bundle, Optional<TrustedRoots> ownRoots) {
        Checklist list = new Checklist();
        List<X509Certificate> chain = list.run(Check.BUNDLE, found -> bundle.contentName(), () -> {
                    bundle.requireOneReading();
                    return pem(bundle, BundleEntry.CHAIN);
                })
                .orElse(List.of());
        Optional<TrustedRoots> roots = roots(bundle, list, chain, ownRoots);
        if (bundle.isClassic()) {
            var classic = new ClassicVerification.Material(
                    bundle.file(BundleEntry.MANIFEST),
                    bundle.contentSignature(),
                    () -> ClassicKey.ofPem(bundle.file(BundleEntry.DEVICE_KEY)),
                    bundle.file(BundleEntry.RECEIPT),
                    bundle.file(BundleEntry.RECEIPT_SIGNATURE),
                    chain,
                    bundle.file(BundleEntry.REVOCATION_LIST),
                    bundle::content);
            return ClassicVerification.verify(classic, roots, list);
        }
        var material = new EvidenceVerification.Material(
                bundle.file(BundleEntry.MANIFEST),
                bundle.file(BundleEntry.MANIFEST_SIGNATURE),
                bundle.file(BundleEntry.RECEIPT),
                bundle.file(BundleEntry.RECEIPT_SIGNATURE),
                chain,
                bundle.file(BundleEntry.DEVICE_STATUS),
                bundle.file(BundleEntry.REVOCATION_LIST),
                bundle.receiptRevocationList(),
                bundle::content);
        return EvidenceVerification.verify(material, roots, list);
    }

    private static Optional<TrustedRoots> roots(
            BundleReader bundle, Checklist list, List<X509Certificate> chain, Optional<TrustedRoots> own) {
        if (own.isPresent()) {
            return list.run(
                            Check.ROOT,
                            TrustedRoot::toString,
                            () -> EvidenceVerification.requireOne(
                                    enclosedRoot(bundle, chain).certificate(), own.get()))
                    .map(TrustedRoots::of)
                    .or(() -> own);
        }
        try {
            TrustedRoot enclosed = enclosedRoot(bundle, chain);
            Bytes fingerprint = Sha256.of(Certificates.encode(enclosed.certificate()));
            list.skip(Check.ROOT, "compare the SHA-256 fingerprint of ca.pem yourself: " + fingerprint.hex());
            return Optional.of(TrustedRoots.of(enclosed));
        } catch (MalformedEvidenceException | UntrustedException e) {
            list.fail(Check.ROOT, e);
            return Optional.empty();
        }
    }

    private static TrustedRoot enclosedRoot(BundleReader bundle, List<X509Certificate> chain)
            throws MalformedEvidenceException, UntrustedException {
        List<X509Certificate> certificates = pem(bundle, BundleEntry.ROOT);
        // Whoever hands ca.pem to a tool trusts all of it: so it holds nothing that the chain does not.
        if (!chain.containsAll(certificates.subList(1, certificates.size()))) {
            throw new MalformedEvidenceException("ca.pem has other certificates than the root and its authorities");
        }
        return TrustedRoot.of(certificates.getFirst());
    }

    private static List<X509Certificate> pem(BundleReader bundle, BundleEntry file)
            throws MalformedEvidenceException, UntrustedException {
        String text = new String(bundle.file(file).toArray(), StandardCharsets.US_ASCII);
        List<X509Certificate> certificates = Certificates.fromPem(text);
        // Other readers of PEM may find a certificate where ours sees a comment.
        if (!Certificates.toPem(certificates).equals(text)) {
            throw new MalformedEvidenceException(file.path() + " holds more than certificates");
        }
        return certificates;
    }
}
