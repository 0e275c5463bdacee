package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.channel.SecureChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens a session and sends what waits. */
final class ConnectCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "connect",
            "",
            "open a session and send what waits",
            List.of(
                    "Connects to the server and sends everything that waits in the queue.",
                    "In the shell the session stays open until 'disconnect'; otherwise it is closed at the end."),
            0,
            0,
            List.of(SendCommand.TIMEOUT));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException {
        var patience = SendCommand.patience(invocation);
        Device device = invocation.device();
        Courier courier = new Courier(invocation);
        try {
            SecureChannel channel = device.connect(patience, courier);
            if (invocation.interactive()) {
                device.keepSession();
            }
            device.deliver(Plan.everything(), patience, courier);
            return report(device.channel().orElse(channel), courier.outcomes());
        } finally {
            device.settle(invocation.interactive());
        }
    }

    private static Result report(SecureChannel channel, List<Settled> outcomes) {
        List<Item> items = outcomes.stream().map(Items::of).toList();
        List<String> text = new ArrayList<>();
        text.add("connected to %s, session %s, %s"
                .formatted(channel.peer().name(), channel.sessionId(), channel.suite()));
        text.addAll(Items.table(items));
        long refused =
                outcomes.stream().filter(outcome -> !outcome.isAccepted()).count();
        Result result = refused == 0
                ? Result.done(text)
                : Result.failed("%d not accepted".formatted(refused), null, "'history' shows why.")
                        .withText(text);
        return result.withItems(items)
                .with("server", channel.peer().name().value())
                .with("session", channel.sessionId().toString())
                .with("suite", channel.suite().name());
    }
}
