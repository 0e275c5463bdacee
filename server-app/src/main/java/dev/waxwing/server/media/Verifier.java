package dev.waxwing.server.media;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.audit.Reference;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.evidence.ClassicVerification;
import dev.waxwing.evidence.EvidenceVerification;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.server.media.Verification.Check;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Checks an accepted transfer again: reads the content once, and believes neither the row nor what was checked before. */
@Component
final class Verifier {

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
        checkAll(transfer, checks);
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

    private void checkAll(Transfer transfer, List<Check> checks) {
        try {
            Optional<VerificationReport> report = report(transfer);
            if (report.isPresent()) {
                add(transfer, report.get(), checks);
            } else {
                checks.add(new Check("evidence", false, "the evidence is not in the database"));
            }
        } catch (UntrustedException e) {
            checks.add(new Check("certificates", false, String.valueOf(e.getMessage())));
        }
    }

    private Optional<VerificationReport> report(Transfer transfer) throws UntrustedException {
        TrustedRoots roots = TrustedRoots.of(List.of(authority.rootCertificate()));
        String id = transfer.id();
        if (transfer.trustLevel().equals(TrustLevel.CLASSIC.label())) {
            Optional<ClassicParts> parts = archive.findClassic(id);
            return parts.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ClassicVerification.verify(parts.get().evidence(), () -> content(id), roots));
        }
        Optional<EvidenceParts> parts = archive.find(id);
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(EvidenceVerification.verify(parts.get().evidence(), () -> content(id), roots));
    }

    private static void add(Transfer transfer, VerificationReport report, List<Check> checks) {
        report.lines()
                .forEach(line -> checks.add(new Check(
                        line.check().title(), line.outcome() == VerificationReport.Outcome.PASSED, line.detail())));
        boolean same = report.manifest()
                .filter(manifest -> manifest.sha256().hex().equals(transfer.sha256()))
                .isPresent();
        checks.add(new Check("transfer names this content", same, String.valueOf(transfer.sha256())));
    }

    private InputStream content(String transferId) throws IOException {
        try {
            return Files.newInputStream(store.content(transferId));
        } catch (NoSuchFileException e) {
            throw new IOException("the content is missing from the media store", e);
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
