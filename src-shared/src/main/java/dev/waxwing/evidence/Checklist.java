package dev.waxwing.evidence;

import dev.waxwing.evidence.VerificationReport.Line;
import dev.waxwing.evidence.VerificationReport.Outcome;
import dev.waxwing.media.SafeName;
import dev.waxwing.trust.UntrustedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Runs checks and notes how each ended. Owned by one thread. */
final class Checklist {

    /** One check: what it finds, or why it fails. */
    interface Attempt<T> {
        T run() throws MalformedEvidenceException, InvalidSignatureException, UntrustedException, IOException;
    }

    private final List<Line> lines = new ArrayList<>();

    <T> Optional<T> run(Check check, Function<T, String> detail, Attempt<T> attempt) {
        try {
            T found = attempt.run();
            note(check, Outcome.PASSED, detail.apply(found));
            return Optional.of(found);
        } catch (MalformedEvidenceException | InvalidSignatureException | UntrustedException | IOException e) {
            fail(check, e);
            return Optional.empty();
        }
    }

    void fail(Check check, Exception why) {
        note(check, Outcome.FAILED, String.valueOf(why.getMessage()));
    }

    void skip(Check check, String why) {
        note(check, Outcome.SKIPPED, why);
    }

    VerificationReport report(Optional<? extends Statement> manifest, Optional<Receipt> receipt) {
        lines.sort(Comparator.comparing(Line::check));
        return new VerificationReport(lines, manifest.map(Statement.class::cast), receipt);
    }

    private void note(Check check, Outcome outcome, String detail) {
        lines.add(new Line(check, outcome, SafeName.forDisplay(detail)));
    }
}
