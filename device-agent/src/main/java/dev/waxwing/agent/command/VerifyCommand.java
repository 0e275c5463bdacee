package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.evidence.BundleVerification;
import dev.waxwing.evidence.ClassicManifest;
import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.Statement;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.evidence.VerificationReport;
import dev.waxwing.evidence.VerificationReport.Outcome;
import dev.waxwing.media.SafeName;
import dev.waxwing.trust.TrustedRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Checks evidence without any network. */
final class VerifyCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "verify",
            "BUNDLE|RECEIPT",
            "check an evidence bundle or a receipt, offline",
            List.of(
                    "Checks an evidence bundle (a zip from the console), or a receipt that this home keeps, by its id"
                            + " or",
                    "its directory. Nothing is asked of any server. Exit status 0 says that every check passed.",
                    "It must be under one of this device's own roots. A device that is not enrolled knows none, so"
                            + " there the",
                    "root's fingerprint is shown to be compared, and the exit status is 1."),
            1,
            1,
            List.of());

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws AgentFailure, IOException {
        String argument = invocation.arguments().getFirst();
        Device device = invocation.device();
        Optional<Path> receipt = receipt(device, argument);
        if (receipt.isPresent()) {
            return report(KeptReceipt.read(receipt.get()).verify(roots(device)), "receipt");
        }
        Path bundle = existing(argument);
        return report(BundleVerification.verify(bundle, roots(device)), "bundle");
    }

    private static Optional<Path> receipt(Device device, String argument) {
        Optional<Path> kept = device.receipts().find(argument.toLowerCase(Locale.ROOT));
        if (kept.isPresent()) {
            return kept;
        }
        try {
            Path path = Path.of(argument);
            Path directory =
                    path.endsWith("receipt.json") ? path.toAbsolutePath().getParent() : path;
            return Optional.ofNullable(directory).filter(Files::isDirectory);
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }

    private static Path existing(String argument) throws AgentFailure {
        try {
            Path bundle = Path.of(argument);
            if (Files.isRegularFile(bundle)) {
                return bundle;
            }
        } catch (InvalidPathException notAPath) {
            // It is no receipt either.
        }
        throw new AgentFailure(
                "'%s' is neither a file nor a receipt of this device".formatted(Words.shown(argument)),
                "'history' lists the receipts.");
    }

    private static Optional<TrustedRoots> roots(Device device) throws IOException, AgentFailure {
        return device.identities().isEnrolled() ? Optional.of(device.identity().roots()) : Optional.empty();
    }

    private static Result report(VerificationReport report, String kind) {
        List<List<String>> rows = new ArrayList<>();
        List<Map<String, String>> checks = new ArrayList<>();
        for (VerificationReport.Line line : report.lines()) {
            String outcome = line.outcome().name().toLowerCase(Locale.ROOT);
            rows.add(List.of(mark(line.outcome()), line.check().title(), line.detail()));
            checks.add(Map.of("check", line.check().title(), "outcome", outcome, "detail", line.detail()));
        }
        List<String> text = new ArrayList<>(Tables.columns(rows));
        boolean holds = report.holds();
        report.manifest().ifPresent(manifest -> text.add(summary(manifest, holds)));
        Result result = holds ? Result.done(text) : refusal(report, kind).withText(text);
        return result.withItems(items(report))
                .with(
                        "trustLevel",
                        report.manifest().map(VerifyCommand::trustLevel).orElse(null))
                .with("checks", checks);
    }

    /** What the evidence is of, whether it holds or not. */
    private static String trustLevel(Statement manifest) {
        return switch (manifest) {
            case Manifest _ -> TrustLevel.WXP2.label();
            case ClassicManifest _ -> TrustLevel.CLASSIC.label();
        };
    }

    private static Result refusal(VerificationReport report, String kind) {
        return report.hasFailed()
                ? Result.failed(
                        "the %s does not hold".formatted(kind),
                        null,
                        "It was changed, or it is not from the server of this device.")
                : Result.failed(
                        "nobody here vouches for the root of the %s".formatted(kind),
                        null,
                        "Everybody can make one that passes the other checks. Compare the root's fingerprint with the"
                                + " operator's, or verify it on an enrolled device.");
    }

    private static String mark(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "ok";
            case FAILED -> "FAIL";
            case SKIPPED -> "-";
        };
    }

    private static String summary(Statement manifest, boolean holds) {
        String name = SafeName.forDisplay(manifest.name());
        if (!holds) {
            return "%s: NOT VERIFIED".formatted(name);
        }
        return switch (manifest) {
            case Manifest signed -> "%s: signed by %s, unchanged since".formatted(name, signed.device());
            case ClassicManifest classic ->
                (classic.signature() == ContentSignature.NONE
                                ? "%s: CLASSIC. The server says that it came from %s; the device did not sign it."
                                : "%s: CLASSIC. Content signed with a key that the server says is %s's; nothing else"
                                        + " is.")
                        .formatted(name, classic.device());
        };
    }

    private static List<Item> items(VerificationReport report) {
        Optional<String> receiptId = report.receipt().map(Receipt::receiptId).map(Object::toString);
        return report.manifest().stream()
                .map(manifest -> new Item(
                        manifest.uploadId().toString(),
                        manifest.name(),
                        manifest.size(),
                        manifest.sha256().hex(),
                        report.holds() ? "verified" : "not verified",
                        receiptId.orElse(null)))
                .toList();
    }
}
