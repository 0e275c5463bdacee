package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.media.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Sends one text, or each line of standard input as one. */
final class TextCommand implements AgentCommand {

    private static final Option LINES =
            new Option("lines", null, "with '-': each line is a text of its own, sent as it comes");

    private static final Usage USAGE = new Usage(
            "text",
            "WORD... | -",
            "send a text",
            List.of(
                    "Sends one text: the words, with one space between them, or with '-' all of standard input up to",
                    "%,d bytes of UTF-8, without its last line break.".formatted(Text.MAX_BYTES),
                    "The text is queued durably first. Texts that were queued before are sent before it. With"
                            + " --classic",
                    "nothing is queued.",
                    "Put -- before a text that begins with a dash.",
                    "With --lines, 'text -' goes on until standard input ends, so that it can stand at the end of a"
                            + " pipe; empty",
                    "lines are skipped."),
            1,
            Usage.ANY_NUMBER,
            List.of(LINES, SendCommand.TIMEOUT));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException {
        var patience = SendCommand.patience(invocation);
        if (invocation.has(LINES.name())) {
            requireStandardInput(invocation);
            return new LineTexts(invocation, patience).send();
        }
        String text = text(invocation);
        if (ClassicMode.isAskedFor(invocation)) {
            return ClassicMode.of(invocation).text(text);
        }
        Device device = invocation.device();
        Identity identity = device.identity();
        Spool spool = device.spool(identity);
        QueuedText queued = spool.addText(text);
        Courier courier = new Courier(invocation);
        try {
            device.deliver(Plan.texts(), patience, courier);
        } catch (AgentFailure failure) {
            Optional<Settled> outcome = outcome(courier, spool, queued);
            if (outcome.isEmpty()) {
                return Result.failed(failure.description(), failure.reference(), failure.advice())
                        .withItems(List.of(QueueCommand.item(queued, "queued")));
            }
        } finally {
            device.settle(invocation.interactive());
        }
        Settled settled = outcome(courier, spool, queued)
                .orElseThrow(() -> new IllegalStateException("a delivered text has no outcome"));
        return report(settled).with("elapsedMillis", courier.elapsedMillis());
    }

    private static Optional<Settled> outcome(Courier courier, Spool spool, QueuedText text) {
        // The server may have had it renumbered meanwhile.
        long counter = spool.counterOf(text);
        return courier.outcomes().stream()
                .filter(settled ->
                        settled.id().equals(text.id()) || settled.texts().contains(counter))
                .findFirst();
    }

    private static Result report(Settled settled) {
        List<Item> items = List.of(Items.of(settled));
        if (settled.isAccepted()) {
            return Result.done(List.of("accepted, receipt " + settled.receiptId()))
                    .withItems(items);
        }
        return Result.failed("the text was not accepted: " + settled.reason(), settled.reference(), null)
                .withItems(items);
    }

    private static void requireStandardInput(Invocation invocation) throws UsageException {
        if (!invocation.arguments().equals(List.of("-"))) {
            throw new UsageException("--lines is for standard input; write: text --lines -");
        }
        if (invocation.interactive() || ClassicMode.isAskedFor(invocation)) {
            throw new UsageException("--lines works neither in the shell nor with --classic");
        }
    }

    private static String text(Invocation invocation) throws UsageException, AgentFailure, IOException {
        List<String> words = invocation.arguments();
        boolean standardInput = words.equals(List.of("-"));
        if (standardInput && invocation.interactive()) {
            throw new UsageException("'text -' reads standard input, which the shell itself is reading");
        }
        String text = standardInput ? read(invocation) : String.join(" ", words);
        if (text.isEmpty()) {
            throw new UsageException("the text is empty");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new UsageException("the text holds a character that is none");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > Text.MAX_BYTES) {
            throw tooLong();
        }
        return text;
    }

    private static String read(Invocation invocation) throws AgentFailure, IOException {
        // Room for a last line break of two bytes.
        byte[] bytes = invocation.input().readNBytes(Text.MAX_BYTES + 3);
        if (bytes.length > Text.MAX_BYTES + 2) {
            throw tooLong();
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.endsWith("\r\n")
                    ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException malformed) {
            throw new AgentFailure(
                    "standard input is not UTF-8 text", null, "Send it as a file instead: 'send FILE'.", malformed);
        }
    }

    private static AgentFailure tooLong() {
        return new AgentFailure(
                "the text is longer than %,d bytes".formatted(Text.MAX_BYTES),
                "Send it as a file instead: 'send FILE'.");
    }
}
