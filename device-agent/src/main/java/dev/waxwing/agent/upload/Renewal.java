package dev.waxwing.agent.upload;

import dev.waxwing.agent.enrollment.Renewer;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Renews the device's certificate in one session, as soon as that is due or ordered (protocol section 16.1).
 *
 * <p>A virtual thread of its own asks, so that a session in which nothing is sent renews too; the session's receiving thread brings
 * the answer. The session's lock guards the state, and is not held while anything is kept or sent.
 */
final class Renewal {

    /** A command does not wait longer for an answer that it does not need; the answer counts all the same when it comes. */
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** The device's clock may be set, or have slept. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    private static final Duration AGAIN = Duration.ofHours(1);

    /** How a renewal stands in a session. */
    sealed interface State {

        /** Nothing was asked for; at this time it will be. */
        record Waiting(Instant due, boolean early) implements State {}

        /** The answer has not come. */
        record Asked(boolean early, long since) implements State {}

        /** The next identity is kept, for the next session. */
        record Renewed(Identity next) implements State {}

        /** The server refused, or the device could not keep what it needs; at this time it is asked again. */
        record Failed(AgentFailure why, Instant again, boolean early) implements State {}

        /** The session is over. */
        record Ended() implements State {}
    }

    private final ReentrantLock lock;
    private final Condition changed;
    private final Condition turn;
    private final Sender sender;
    private final SecureChannel channel;
    private final Renewer renewer;
    private final Outcomes outcomes;
    private final Clock clock;
    private State state;

    /** @param changed signalled when something changed that the command's thread may wait for */
    Renewal(
            ReentrantLock lock,
            Condition changed,
            SecureChannel channel,
            Renewer renewer,
            Outcomes outcomes,
            Clock clock) {
        this.lock = lock;
        this.changed = changed;
        this.turn = lock.newCondition();
        this.sender = new Sender(channel);
        this.channel = channel;
        this.renewer = renewer;
        this.outcomes = outcomes;
        this.clock = clock;
        this.state = new State.Waiting(
                renewer.current().renewalDue(), renewer.current().hasOldKey());
    }

    void start() {
        Thread.ofVirtual().name("waxwing-renewal").start(this::run);
    }

    /** Asks now, unless that is under way or done. The lock is held. */
    void order() {
        if (state instanceof State.Waiting || state instanceof State.Failed) {
            state = new State.Waiting(Instant.MIN, true);
            turn.signal();
        }
    }

    /** The lock is held. */
    State state() {
        return state;
    }

    /** Whether a command should wait before it ends the session. The lock is held. */
    boolean isUnderWay() {
        return switch (state) {
            case State.Waiting(Instant due, boolean _) -> !due.isAfter(clock.instant());
            case State.Asked(boolean _, long since) -> System.nanoTime() - since < ANSWER.toNanos();
            case State.Renewed _, State.Failed _, State.Ended _ -> false;
        };
    }

    /** The session is over. The lock is held. */
    void end() {
        if (!(state instanceof State.Renewed)) {
            state = new State.Ended();
        }
        turn.signal();
    }

    private void run() {
        try {
            Optional<Boolean> early = awaitTurn();
            while (early.isPresent()) {
                ask(early.get());
                early = awaitTurn();
            }
        } catch (ConnectionBrokenException broken) {
            // The receiving thread finds out why, and ends this too.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it is time to ask, and says whether that is early; empty at the end. */
    private Optional<Boolean> awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                switch (state) {
                    case State.Waiting(Instant due, boolean early) -> {
                        if (isTurn(due, early)) {
                            return Optional.of(early);
                        }
                    }
                    case State.Failed(var _, Instant again, boolean early) -> {
                        if (isTurn(again, early)) {
                            return Optional.of(early);
                        }
                    }
                    case State.Asked _ -> turn.await();
                    case State.Renewed _, State.Ended _ -> {
                        return Optional.empty();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isTurn(Instant at, boolean early) throws InterruptedException {
        Instant now = clock.instant();
        if (at.isAfter(now)) {
            Duration left = Duration.between(now, at);
            turn.awaitNanos((left.compareTo(LOOK) < 0 ? left : LOOK).toNanos());
            return false;
        }
        state = new State.Asked(early, System.nanoTime());
        return true;
    }

    private void ask(boolean early) throws ConnectionBrokenException {
        try {
            Bytes request = renewer.request(channel.sessionId(), outcomes::notice);
            sender.send(new RenewalRequest(early, request));
        } catch (ConnectionBrokenException broken) {
            throw broken;
        } catch (IOException unwritable) {
            fail(new AgentFailure("the key of the renewal could not be kept", null, null, unwritable), AGAIN);
        } catch (AgentFailure locked) {
            fail(locked, AGAIN);
        }
    }

    /** On the receiving thread. */
    void answered(RenewalAnswer answer) throws IOException, ProtocolException {
        requireAsked();
        try {
            Identity next = renewer.accept(answer.chain());
            outcomes.notice("certificate renewed: %s, valid until %s".formatted(next.serialNumber(), next.notAfter()));
            change(new State.Renewed(next));
        } catch (AgentFailure locked) {
            fail(locked, AGAIN);
        }
    }

    /** On the receiving thread. */
    void refused(RenewalRefused refused) throws IOException, ProtocolException {
        requireAsked();
        if (refused.reason().isFinal()) {
            renewer.giveUp();
        }
        AgentFailure why = Refusal.ofRenewal(refused);
        Duration asked = refused.retryAfter();
        fail(why, asked.compareTo(AGAIN) > 0 || (!refused.reason().isFinal() && !asked.isZero()) ? asked : AGAIN);
    }

    private void requireAsked() throws ProtocolException {
        lock.lock();
        try {
            if (!(state instanceof State.Asked)) {
                throw ProtocolException.malformed("the answer to a renewal that nobody asked for");
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(AgentFailure why, Duration pause) {
        String reference = why.reference() == null ? "" : ", reference " + why.reference();
        outcomes.notice("the certificate was not renewed: %s%s".formatted(why.description(), reference));
        lock.lock();
        try {
            boolean early = state instanceof State.Asked(boolean asked, long _) && asked;
            change(new State.Failed(why, clock.instant().plus(pause), early));
        } finally {
            lock.unlock();
        }
    }

    private void change(State next) {
        lock.lock();
        try {
            if (!(state instanceof State.Ended)) {
                state = next;
            }
            turn.signal();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
