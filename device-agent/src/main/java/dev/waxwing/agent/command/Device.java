package dev.waxwing.agent.command;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.enrollment.Membership;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.HomeLock;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.KeyProtection;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.upload.Delivery;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The device that this process acts as: its home, opened step by step as commands need it. What was opened for change
 * stays locked until it is closed. Owned by the thread of the command.
 */
final class Device implements Closeable {

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(20);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Home home;
    private final KeyProtection protection;
    private final IdentityStore identities;
    private final List<Suite> suites;
    private final SecureRandom random;
    private final Clock clock;
    private @Nullable HomeLock lock;
    private @Nullable Spool spool;
    private @Nullable Delivery delivery;
    private boolean keepsSession;

    /** @param suites to offer, best first */
    Device(Path directory, @Nullable Path passphraseFile, List<Suite> suites, SecureRandom random, Clock clock) {
        this.home = Home.at(directory);
        this.protection = new KeyProtection(home, passphraseFile, random);
        this.identities = new IdentityStore(home, protection);
        this.suites = List.copyOf(suites);
        this.random = random;
        this.clock = clock;
    }

    Home home() {
        return home;
    }

    KeyProtection protection() {
        return protection;
    }

    IdentityStore identities() {
        return identities;
    }

    Clock clock() {
        return clock;
    }

    SecureRandom random() {
        return random;
    }

    Identity identity() throws IOException, AgentFailure {
        return identities.load();
    }

    /** Keeps other agents out of the home until {@link #close}. */
    void lock() throws IOException, AgentFailure, InterruptedException {
        if (lock == null) {
            lock = home.lock(LOCK_PATIENCE);
        }
    }

    /** Opens the identity's spool for change. */
    Spool spool(Identity identity) throws IOException, AgentFailure, InterruptedException {
        lock();
        if (spool == null) {
            spool = Spool.open(spoolDirectory(identity), random, clock);
        }
        return spool;
    }

    Path spoolDirectory(Identity identity) {
        return home.resolve("spool").resolve(identity.subject());
    }

    /** What the shell's prompt says: the device's name, and whether it is connected. */
    String promptText() {
        try {
            String name = identities.isEnrolled() ? identity().name().value() : "waxwing";
            return isConnected() ? name + " (connected)" : name;
        } catch (IOException | AgentFailure unreadable) {
            return "waxwing";
        }
    }

    boolean isConnected() {
        Delivery current = delivery;
        return current != null && current.channel().isPresent();
    }

    /** Opens a session if there is none. */
    SecureChannel connect(Duration patience, DeliveryListener listener)
            throws IOException, AgentFailure, InterruptedException {
        return delivery().connect(patience, listener);
    }

    /** Renews the certificate now, and uses the new one. */
    Identity renew(Duration patience, DeliveryListener listener)
            throws IOException, AgentFailure, InterruptedException {
        return delivery().renew(patience, listener);
    }

    /** The live session's channel. */
    Optional<SecureChannel> channel() {
        Delivery current = delivery;
        return current == null ? Optional.empty() : current.channel();
    }

    /** Delivers what the plan names, opening sessions as needed. */
    void deliver(Plan plan, Duration patience, DeliveryListener listener)
            throws IOException, AgentFailure, InterruptedException {
        delivery().deliver(plan, patience, listener);
    }

    /** The session stays open after the command, until {@link #forgetSession}. */
    void keepSession() {
        keepsSession = true;
    }

    /** Closes the session, and opens a new one only when something is to be sent. */
    void forgetSession() throws IOException {
        try (Spool _ = spool;
                Delivery _ = delivery) {
            keepsSession = false;
            delivery = null;
            spool = null;
        }
    }

    /**
     * Ends a command. In the shell, a session that is not to be kept is closed, and other agents may use the home.
     *
     * @param interactive whether more commands may follow
     */
    void settle(boolean interactive) throws IOException {
        if (interactive && !keepsSession) {
            close();
        }
    }

    DeviceEndpoint endpoint() {
        return new DeviceEndpoint(
                new DevicePolicy(suites, DevicePolicy.defaults().handshake()), CryptoProvider.chosen(), random, clock);
    }

    Dialer dialer() {
        return new Dialer(CONNECT_TIMEOUT, clock);
    }

    ReceiptStore receipts() {
        return new ReceiptStore(home.resolve("receipts"));
    }

    /** Where the last contact with the server is noted. */
    Path contactFile() {
        return home.resolve("contact.json");
    }

    /** Where the latest time is kept that there is proof of under an identity's root. */
    Path timeFile(Identity identity) {
        String root = identity.root().spkiSha256().hex().substring(0, 16);
        return home.resolve("time-" + root + ".json");
    }

    /** What this device has learnt of authorities under an identity's roots that count no more. */
    KeptRevokedAuthorities revoked(Identity identity) throws IOException {
        return KeptRevokedAuthorities.load(home, identity.roots());
    }

    private Delivery delivery() throws IOException, AgentFailure, InterruptedException {
        Delivery current = delivery;
        if (current == null) {
            Identity identity = identity();
            Spool opened = spool(identity);
            KeptRevokedAuthorities revoked = revoked(identity);
            current = new Delivery(
                    endpoint(),
                    dialer(),
                    new Membership(identities, endpoint(), dialer(), revoked, random, clock),
                    opened,
                    receipts(),
                    contactFile(),
                    KeptTimeFloor.load(timeFile(identity)),
                    revoked,
                    clock);
            delivery = current;
        }
        return current;
    }

    /** Closes the session and lets go of spool and lock; all are opened again when needed. */
    @Override
    public void close() throws IOException {
        try (HomeLock _ = lock;
                Spool _ = spool;
                Delivery _ = delivery) {
            delivery = null;
            spool = null;
            lock = null;
        }
    }
}
