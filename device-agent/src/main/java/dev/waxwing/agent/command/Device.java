package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.HomeLock;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.KeyProtection;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.trust.Credential;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The device that this process acts as: its home, opened step by step as commands need it. What was opened for change
 * stays locked until it is closed. Owned by the thread of the command.
 */
final class Device implements Closeable {

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(20);

    private final Home home;
    private final KeyProtection protection;
    private final IdentityStore identities;
    private final SecureRandom random;
    private final Clock clock;
    private @Nullable HomeLock lock;
    private @Nullable Spool spool;

    Device(Path directory, @Nullable Path passphraseFile, SecureRandom random, Clock clock) {
        this.home = Home.at(directory);
        this.protection = new KeyProtection(home, passphraseFile, random);
        this.identities = new IdentityStore(home, protection);
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

    Credential credential(Identity identity) throws IOException, AgentFailure {
        return identities.unlock(identity);
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
            return identities.isEnrolled() ? identity().name().value() : "waxwing";
        } catch (IOException | AgentFailure unreadable) {
            return "waxwing";
        }
    }

    /** Whether this process has the home locked. */
    boolean isLocked() {
        return lock != null;
    }

    /** Lets go of spool and lock; both are opened again when needed. */
    @Override
    public void close() throws IOException {
        try (HomeLock _ = lock;
                Spool _ = spool) {
            spool = null;
            lock = null;
        }
    }
}
