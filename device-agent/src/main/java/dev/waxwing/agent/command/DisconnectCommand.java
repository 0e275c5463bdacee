package dev.waxwing.agent.command;

import java.io.IOException;
import java.util.List;

/** Closes the shell's session. */
final class DisconnectCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "disconnect",
            "",
            "close the shell's session",
            List.of("Closes the session that 'connect' opened in the shell. Outside of the shell there is none."),
            0,
            0,
            List.of());

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws IOException {
        Device device = invocation.device();
        boolean wasConnected = device.isConnected();
        device.forgetSession();
        device.settle(invocation.interactive());
        return Result.done(List.of(wasConnected ? "disconnected" : "there was no session"))
                .with("wasConnected", wasConnected);
    }
}
