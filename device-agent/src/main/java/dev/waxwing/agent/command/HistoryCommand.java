package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists what got a receipt or a final refusal. */
final class HistoryCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "history",
            "",
            "list what was accepted or refused",
            List.of(
                    "Lists everything that this device sent and that has a receipt or was refused for good, oldest"
                            + " first.",
                    "Texts are listed by the group they were sealed in."),
            0,
            0,
            List.of(new Option("limit", "N", "only the newest N")));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, IOException, AgentFailure {
        Device device = invocation.device();
        List<Settled> history = Spool.history(device.spoolDirectory(device.identity()));
        int limit = limit(invocation.option("limit").orElse(null));
        List<Settled> shown = history.subList(Math.max(0, history.size() - limit), history.size());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("WHEN", "STATE", "SIZE", "RECEIPT OR REASON", "NAME"));
        for (Settled settled : shown) {
            rows.add(List.of(
                    settled.at().toString(),
                    settled.isAccepted() ? "accepted" : "refused",
                    Tables.size(settled.size()),
                    outcome(settled),
                    Words.shown(settled.name())));
        }
        List<String> text = shown.isEmpty() ? List.of("nothing yet") : Tables.columns(rows);
        return Result.done(text).withItems(shown.stream().map(Items::of).toList());
    }

    private static String outcome(Settled settled) {
        String receipt = settled.receiptId();
        if (receipt != null) {
            return receipt;
        }
        String reference = settled.reference() == null ? "" : " (reference %s)".formatted(settled.reference());
        return settled.reason() + reference;
    }

    private static int limit(@Nullable String text) throws UsageException {
        if (text == null) {
            return Integer.MAX_VALUE;
        }
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new UsageException("--limit takes a number from 1");
        }
        return Integer.parseInt(text);
    }
}
