package dev.waxwing.evidence;

import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param lines one for each check that was due
 * @param manifest if it is well-formed; worth something only if the report holds
 * @param receipt if it is well-formed; worth something only if the report holds
 */
public record VerificationReport(List<Line> lines, Optional<Statement> manifest, Optional<Receipt> receipt) {

    /** How a check ended. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Not done: another check failed that it builds on, or there was nothing to compare with. */
        SKIPPED
    }

    /** @param detail one line for people, harmless to show */
    public record Line(Check check, Outcome outcome, String detail) {}

    public VerificationReport {
        lines = List.copyOf(lines);
    }

    /** Whether every check passed. A check that was not done proves nothing: without a root of one's own nothing holds. */
    public boolean holds() {
        return lines.stream().allMatch(line -> line.outcome() == Outcome.PASSED);
    }

    /** Whether a check failed; evidence of which that is not so need not hold. */
    public boolean hasFailed() {
        return lines.stream().anyMatch(line -> line.outcome() == Outcome.FAILED);
    }

    /** The outcome of one check; skipped if it was not due. */
    public Outcome outcome(Check check) {
        return lines.stream()
                .filter(line -> line.check() == check)
                .map(Line::outcome)
                .findFirst()
                .orElse(Outcome.SKIPPED);
    }
}
