package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.FlatJson;
import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.enrollment.ServerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When and where the last session began.
 *
 * @param at by this device's clock
 * @param address where the server was reached
 * @param server the name in the server's certificate
 * @param suite the cipher suite
 * @param clockOffset how far the server's clock was ahead
 */
public record LastContact(Instant at, String address, String server, String suite, Duration clockOffset) {

    /** Notes a session that has just begun. */
    public static LastContact of(ServerAddress address, SecureChannel channel, Clock clock) {
        return new LastContact(
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                address.toString(),
                channel.peer().name().value(),
                channel.suite().name(),
                channel.serverTimeOffset());
    }

    /** Keeps it for the next command. */
    public void save(Path file) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("at", at.toString());
        members.put("address", address);
        members.put("server", server);
        members.put("suite", suite);
        members.put("clockOffset", clockOffset.toString());
        PrivateFiles.replace(file, FlatJson.write(members));
    }

    /** What was noted; empty if nothing was, or it cannot be read. */
    public static Optional<LastContact> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            FlatJson in = FlatJson.read(file);
            return Optional.of(new LastContact(
                    Instant.parse(in.text("at")),
                    in.text("address"),
                    in.text("server"),
                    in.text("suite"),
                    Duration.parse(in.text("clockOffset"))));
        } catch (AgentFailure | IllegalArgumentException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
