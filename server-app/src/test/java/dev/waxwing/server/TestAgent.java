package dev.waxwing.server;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.enrollment.Enroller;
import dev.waxwing.agent.enrollment.Membership;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.HomeLock;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.KeyProtection;
import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.upload.Delivery;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.handshake.Restored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The real device agent on a home of its own, as its commands use it; each call is one command. */
final class TestAgent {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SecureRandom random = new SecureRandom();
    private final Clock clock = Clock.systemUTC();
    private final DeviceEndpoint endpoint =
            new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.best(), random, clock);
    private final Dialer dialer = new Dialer(Duration.ofSeconds(5), clock);
    private final Home home;
    private final IdentityStore identities;

    TestAgent(Path directory) {
        this.home = Home.at(directory);
        this.identities = new IdentityStore(home, new KeyProtection(home, null, random));
    }

    /** What came of a command that talked to the server. */
    record Told(List<Settled> settled, List<String> notices, List<Restored> restored) {}

    /** What a command does with the open spool and a delivery that it owns. */
    private interface Command<T> {
        T run(Spool spool, Delivery delivery, Listening listener)
                throws IOException, AgentFailure, InterruptedException;
    }

    void enrol(Invite invite) throws IOException, AgentFailure, InterruptedException {
        try (HomeLock _ = home.lock(PATIENCE)) {
            new Enroller(endpoint, dialer, identities, random, clock).enrol(invite, _ -> {});
        }
    }

    Told sendText(String text) throws IOException, AgentFailure, InterruptedException {
        return run((spool, delivery, listener) -> {
            spool.addText(text);
            return told(delivery, listener);
        });
    }

    Told sendFile(Path file) throws IOException, AgentFailure, InterruptedException {
        FileSource source = new FileSource(
                file,
                Files.size(file),
                Files.getLastModifiedTime(file).toInstant(),
                file.getFileName().toString(),
                "application/octet-stream");
        return run((spool, delivery, listener) -> {
            spool.addFiles(List.of(source));
            return told(delivery, listener);
        });
    }

    /** Connects, and delivers what waits. */
    Told connect() throws IOException, AgentFailure, InterruptedException {
        return run((_, delivery, listener) -> told(delivery, listener));
    }

    private static Told told(Delivery delivery, Listening listener)
            throws IOException, AgentFailure, InterruptedException {
        List<Restored> restored = delivery.connect(PATIENCE, listener).grant().restored();
        delivery.deliver(Plan.everything(), PATIENCE, listener);
        return new Told(listener.settled, listener.notices, restored);
    }

    /** Has the certificate renewed and uses the new one. */
    Identity renew() throws IOException, AgentFailure, InterruptedException {
        return run((_, delivery, listener) -> delivery.renew(PATIENCE, listener));
    }

    /** What waits. */
    SpoolView queue() throws IOException, AgentFailure {
        return Spool.view(spoolDirectory());
    }

    private <T> T run(Command<T> command) throws IOException, AgentFailure, InterruptedException {
        KeptRevokedAuthorities revoked =
                KeptRevokedAuthorities.load(home, identities.load().roots());
        try (HomeLock _ = home.lock(PATIENCE);
                Spool spool = Spool.open(spoolDirectory(), random, clock);
                Delivery delivery = new Delivery(
                        endpoint,
                        dialer,
                        new Membership(identities, endpoint, dialer, revoked, random, clock),
                        spool,
                        new ReceiptStore(home.resolve("receipts")),
                        home.resolve("contact.json"),
                        KeptTimeFloor.load(home.resolve("time.json")),
                        revoked,
                        clock)) {
            return command.run(spool, delivery, new Listening());
        }
    }

    private Path spoolDirectory() throws IOException, AgentFailure {
        return home.resolve("spool").resolve(identities.load().subject());
    }

    private static final class Listening implements DeliveryListener {
        private final List<Settled> settled = new ArrayList<>();
        private final List<String> notices = new ArrayList<>();

        @Override
        public void progress(List<UploadProgress> uploads) {}

        @Override
        public void settled(Settled outcome) {
            settled.add(outcome);
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void notice(String message) {
            notices.add(message);
        }
    }
}
