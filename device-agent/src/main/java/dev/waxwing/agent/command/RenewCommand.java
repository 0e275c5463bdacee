package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Gets the device's next certificate now (docs/protocol.md, section 16). */
final class RenewCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "renew",
            "",
            "get a new certificate with a new key",
            List.of(
                    "Makes a new key, lets the server certify it in a session, and opens a session with the new"
                            + " certificate; then",
                    "the old one is given up. Every session does so by itself once two thirds of the certificate's time"
                            + " have passed.",
                    "After an interruption it can be run again: nothing is lost at any point."),
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
            String before = device.identity().serialNumber();
            Identity renewed = device.renew(patience, new Courier(invocation));
            return Result.done(List.of("certificate %s, valid until %s, in place of %s"
                            .formatted(renewed.serialNumber(), renewed.notAfter(), before)))
                    .with("device", renewed.name().value())
                    .with("certificateSerialNumber", renewed.serialNumber())
                    .with("formerCertificateSerialNumber", before)
                    .with("notAfter", renewed.notAfter().toString());
        } finally {
            device.settle(invocation.interactive());
        }
    }
}
