package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.channel.SecureChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Renews the keys of the session with a fresh key exchange (docs/protocol.md, section 10.2). */
final class RekeyCommand implements AgentCommand {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final Usage USAGE = new Usage(
            "rekey",
            "",
            "renew the session's keys",
            List.of(
                    "Renews the keys of both directions with a fresh key exchange that both ends sign, in the shell's"
                            + " session,",
                    "or in one that is opened for it. Sessions do so by themselves, normally each hour."),
            0,
            0,
            List.of(SendCommand.TIMEOUT));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException {
        Duration patience = SendCommand.patience(invocation);
        Device device = invocation.device();
        try {
            SecureChannel channel = device.connect(patience, new Courier(invocation));
            int before = channel.epoch();
            long begun = System.nanoTime();
            long ratchets = renew(channel);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            return Result.done(List.of("new keys for session %s: epoch %d after %d, ratchet %d, in %d ms"
                            .formatted(channel.sessionId(), channel.epoch(), before, ratchets, took.toMillis())))
                    .with("session", channel.sessionId().toString())
                    .with("epoch", channel.epoch())
                    .with("ratchets", ratchets);
        } finally {
            device.settle(invocation.interactive());
        }
    }

    private static long renew(SecureChannel channel) throws AgentFailure, InterruptedException {
        try {
            return channel.rekey(LIMIT);
        } catch (IOException ended) {
            throw new AgentFailure(
                    "the keys were not renewed (%s)".formatted(ended.getMessage()),
                    null,
                    "Try again; 'doctor' says whether the server still takes this device.",
                    ended);
        }
    }
}
