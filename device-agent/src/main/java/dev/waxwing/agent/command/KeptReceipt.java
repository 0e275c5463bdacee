package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.evidence.Check;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.ReceiptVerification;
import dev.waxwing.evidence.Statement;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.evidence.VerificationReport.Line;
import dev.waxwing.evidence.VerificationReport.Outcome;
import dev.waxwing.media.TextSeal;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A receipt as it lies in its directory. */
record KeptReceipt(
        Bytes manifest,
        Bytes manifestSignature,
        Bytes receipt,
        Bytes receiptSignature,
        List<X509Certificate> chain,
        X509Certificate root,
        Optional<Bytes> texts) {

    private static final long LARGEST_FILE = 1 << 17;
    private static final int MOST_TEXTS = TextSeal.MAX_GROUP * TextLines.MAX_LINE;

    /**
     * Reads a receipt's directory.
     *
     * @throws AgentFailure if something is missing from it or cannot be read
     */
    static KeptReceipt read(Path directory) throws IOException, AgentFailure {
        try {
            Path texts = directory.resolve(TextLines.NAME);
            return new KeptReceipt(
                    content(directory.resolve("manifest.json")),
                    content(directory.resolve("manifest.p7s")),
                    content(directory.resolve("receipt.json")),
                    content(directory.resolve("receipt.p7s")),
                    certificates(directory.resolve("chain.pem")),
                    certificates(directory.resolve("ca.pem")).getFirst(),
                    Files.exists(texts) ? Optional.of(content(texts, MOST_TEXTS)) : Optional.empty());
        } catch (NoSuchFileException missing) {
            throw new AgentFailure(
                    "%s is not the directory of a receipt: %s is missing".formatted(directory, missing.getFile()),
                    null,
                    null,
                    missing);
        } catch (UntrustedException malformed) {
            throw new AgentFailure(
                    "the certificates in %s cannot be read: %s".formatted(directory, malformed.getMessage()),
                    null,
                    null,
                    malformed);
        }
    }

    /**
     * Checks the receipt, the device's own signature, and the texts that are kept with it.
     *
     * @param ownRoots the roots to trust, any of them; without one the chains are verified to the receipt's own root, which the report
     *     leaves for people to compare, and does not hold
     */
    VerificationReport verify(Optional<TrustedRoots> ownRoots) throws AgentFailure {
        VerificationReport report = ReceiptVerification.verify(
                manifest, manifestSignature, receipt, receiptSignature, chain, trusted(ownRoots));
        List<Line> lines = new ArrayList<>(report.lines());
        if (ownRoots.isEmpty()) {
            lines.addFirst(compareRootYourself());
        }
        if (texts.isPresent() && report.manifest().isPresent()) {
            lines.add(checkTexts(texts.get(), report.manifest().get()));
        }
        return new VerificationReport(lines, report.manifest(), report.receipt());
    }

    private Line compareRootYourself() {
        String fingerprint = Manifest.sha256(Certificates.encode(root)).hex();
        return new Line(
                Check.ROOT, Outcome.SKIPPED, "compare the SHA-256 fingerprint of ca.pem yourself: " + fingerprint);
    }

    private static Line checkTexts(Bytes texts, Statement manifest) {
        boolean same = Manifest.sha256(texts).equals(manifest.sha256());
        return new Line(
                Check.CONTENT_HASH,
                same ? Outcome.PASSED : Outcome.FAILED,
                same ? "the texts that are kept here" : "the texts that are kept here were changed");
    }

    private TrustedRoots trusted(Optional<TrustedRoots> ownRoots) throws AgentFailure {
        if (ownRoots.isPresent()) {
            return ownRoots.get();
        }
        try {
            return TrustedRoots.of(List.of(root));
        } catch (UntrustedException unfit) {
            throw new AgentFailure("ca.pem holds no root: " + unfit.getMessage(), null, null, unfit);
        }
    }

    private static Bytes content(Path file) throws IOException {
        return content(file, LARGEST_FILE);
    }

    private static Bytes content(Path file, long most) throws IOException {
        if (Files.size(file) > most) {
            throw new IOException("%s is too large to be part of a receipt".formatted(file));
        }
        return Bytes.of(Files.readAllBytes(file));
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, UntrustedException {
        return Certificates.fromPem(new String(content(file).toArray(), StandardCharsets.ISO_8859_1));
    }
}
