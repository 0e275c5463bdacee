package dev.waxwing.agent.command;

import dev.waxwing.agent.connection.LastContact;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.crypto.CryptoProvider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows who this device is, how it stands with its server, and what waits. */
final class StatusCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "status",
            "",
            "show the identity, the server and the queue",
            List.of("Shows the identity, when its certificate ends, the server, what is queued, and the last contact."),
            0,
            0,
            List.of());

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws IOException, AgentFailure {
        Device device = invocation.device();
        return device.identities().isEnrolled() ? enrolled(device) : notEnrolled(device);
    }

    private static Result notEnrolled(Device device) {
        String home = device.home().directory().toString();
        String pending = device.identities().isEnrolmentPending()
                ? "enrolment was begun; run 'enroll' with the same invite again"
                : "not enrolled";
        return Result.done(Tables.columns(List.of(List.of("home", home), List.of("identity", pending))))
                .with("home", home)
                .with("enrolled", false);
    }

    private static Result enrolled(Device device) throws IOException, AgentFailure {
        Identity identity = device.identity();
        Status status = new Status(
                device.home().directory().toString(),
                identity,
                next(device, identity),
                identity.addresses().stream().map(Object::toString).toList(),
                Spool.view(device.spoolDirectory(identity)),
                device.isConnected(),
                LastContact.read(device.contactFile()),
                CryptoProvider.chosen().name());
        return status.fields(
                Result.done(Tables.columns(status.rows(device.clock().instant()))));
    }

    /** What there is to say, for people and for programs. */
    private record Status(
            String home,
            Identity identity,
            Optional<Identity> next,
            List<String> addresses,
            SpoolView queue,
            boolean connected,
            Optional<LastContact> last,
            String cryptography) {

        List<List<String>> rows(Instant now) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("home", home));
            rows.add(List.of("device", identity.name().value()));
            rows.add(List.of("certificate", identity.serialNumber()));
            rows.add(List.of("valid until", identity.notAfter() + remaining(identity.notAfter(), now)));
            rows.add(List.of("renewal", renewal(identity, next, now)));
            rows.add(List.of("server", String.join(", ", addresses)));
            rows.add(List.of("queue", QueueCommand.summary(queue)));
            rows.add(List.of("session", connected ? "connected" : "none"));
            last.ifPresent(contact -> rows.add(List.of(
                    "last contact", "%s with %s at %s".formatted(contact.at(), contact.server(), contact.address()))));
            rows.add(List.of("cryptography", cryptography));
            return rows;
        }

        Result fields(Result result) {
            return result.with("home", home)
                    .with("enrolled", true)
                    .with("device", identity.name().value())
                    .with("certificateSerialNumber", identity.serialNumber())
                    .with("notAfter", identity.notAfter().toString())
                    .with("renewalDue", identity.renewalDue().toString())
                    .with(
                            "nextCertificateSerialNumber",
                            next.map(Identity::serialNumber).orElse(null))
                    .with("addresses", addresses)
                    .with("connected", connected)
                    .with(
                            "lastContact",
                            last.map(contact -> contact.at().toString()).orElse(null))
                    .with("cryptography", cryptography)
                    .withItems(QueueCommand.items(queue));
        }
    }

    private static String remaining(Instant end, Instant now) {
        return end.isAfter(now)
                ? " (%s left)".formatted(Durations.shown(Duration.between(now, end)))
                : " (ENDED: ask the administrator to let this device back in, then 'connect')";
    }

    /** One that cannot be read is none; a delivery says why. */
    private static Optional<Identity> next(Device device, Identity current) throws IOException {
        try {
            return device.identities().next(current);
        } catch (AgentFailure unreadable) {
            return Optional.empty();
        }
    }

    private static String renewal(Identity identity, Optional<Identity> next, Instant now) {
        if (next.isPresent()) {
            return "done: %s, valid until %s, is used with the next session"
                    .formatted(next.get().serialNumber(), next.get().notAfter());
        }
        if (identity.hasEnded(now)) {
            return "once the device is back in";
        }
        return identity.renewalDue().isAfter(now)
                ? "by itself from " + identity.renewalDue().truncatedTo(ChronoUnit.SECONDS)
                : "due since %s; the next session does it"
                        .formatted(identity.renewalDue().truncatedTo(ChronoUnit.SECONDS));
    }
}
