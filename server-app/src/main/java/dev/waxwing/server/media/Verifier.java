package dev.waxwing.server.media;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.audit.Reference;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.ReceiptVerification;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.server.media.Verification.Check;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** Checks an accepted transfer again: reads the content once, and believes neither the row nor what was checked before. */
@Component
final class Verifier {

    private static final int BUFFER = 256 << 10;

    private final EvidenceArchive archive;
    private final MediaStore store;
    private final CertificateAuthority authority;
    private final AuditTrail audit;
    private final Clock clock;

    Verifier(EvidenceArchive archive, MediaStore store, CertificateAuthority authority, AuditTrail audit, Clock clock) {
        this.archive = archive;
        this.store = store;
        this.authority = authority;
        this.audit = audit;
        this.clock = clock;
    }

    Verification verify(Transfer transfer, String actor) {
        List<Check> checks = new ArrayList<>();
        archive.find(transfer.id())
                .ifPresentOrElse(
                        evidence -> check(transfer, evidence, checks),
                        () -> checks.add(new Check("evidence", false, "the evidence is not in the database")));
        Verification verification = new Verification(transfer.id(), clock.instant(), checks);
        audit.record(new AuditEvent(
                actor,
                "transfer.verified",
                transfer.id(),
                verification.passed() ? Outcome.SUCCESS : Outcome.REFUSED,
                Reference.fresh(),
                summary(verification)));
        return verification;
    }

    private void check(Transfer transfer, EvidenceParts evidence, List<Check> checks) {
        try {
            X509Certificate device =
                    Certificates.parse(evidence.deviceCertificate().toArray());
            X509Certificate issuing =
                    Certificates.parse(evidence.issuingCertificate().toArray());
            X509Certificate signer =
                    Certificates.parse(evidence.receiptCertificate().toArray());
            content(transfer, evidence, checks);
            deviceSignature(evidence, device, issuing, checks);
            VerificationReport report = ReceiptVerification.verify(
                    evidence.manifest(),
                    evidence.receipt(),
                    evidence.receiptSignature(),
                    List.of(signer, issuing),
                    TrustedRoot.of(authority.rootCertificate()));
            report.lines()
                    .forEach(line -> checks.add(new Check(
                            line.check().title(), line.outcome() == VerificationReport.Outcome.PASSED, line.detail())));
        } catch (UntrustedException e) {
            checks.add(new Check("certificates", false, String.valueOf(e.getMessage())));
        }
    }

    private void content(Transfer transfer, EvidenceParts evidence, List<Check> checks) {
        String name = "content hash";
        try {
            Manifest manifest = Manifest.decode(evidence.manifest());
            Bytes hash = hash(transfer.id());
            boolean same = hash.equals(manifest.sha256())
                    && Files.size(store.content(transfer.id())) == manifest.size()
                    && hash.hex().equals(transfer.sha256());
            checks.add(new Check(
                    name, same, same ? hash.hex() : "it is " + hash + ", the manifest says " + manifest.sha256()));
        } catch (MalformedEvidenceException e) {
            checks.add(new Check(name, false, "the manifest is not well-formed: " + e.getMessage()));
        } catch (NoSuchFileException e) {
            checks.add(new Check(name, false, "the content is missing from the media store"));
        } catch (IOException e) {
            checks.add(new Check(name, false, "the content cannot be read: " + e.getMessage()));
        }
    }

    private Bytes hash(String id) throws IOException {
        try (InputStream in = Files.newInputStream(store.content(id))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return Bytes.of(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void deviceSignature(
            EvidenceParts evidence, X509Certificate device, X509Certificate issuing, List<Check> checks) {
        String name = "manifest signature";
        try {
            DetachedSignature.verify(evidence.manifest(), evidence.manifestSignature(), device);
            device.verify(issuing.getPublicKey());
            checks.add(new Check(name, true, "by " + device.getSubjectX500Principal()));
        } catch (InvalidSignatureException | GeneralSecurityException e) {
            checks.add(new Check(name, false, String.valueOf(e.getMessage())));
        }
    }

    private static String summary(Verification verification) {
        return verification.checks().stream()
                .filter(check -> !check.passed())
                .map(check -> check.name() + ": " + check.detail())
                .reduce((a, b) -> a + "; " + b)
                .orElse("all checks passed");
    }
}
