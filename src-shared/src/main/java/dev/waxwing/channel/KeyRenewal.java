package dev.waxwing.channel;

import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.Rekeying;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Renews a session's keys when time or volume says so, when somebody orders it, and when the peer does (protocol section 10).
 *
 * <p>Its lock guards the rekeying and the order in which its actions are posted. Verifying the peer's certificate again, which may
 * ask an inventory, happens under it; so whoever only sends or ends the session tries for it and never waits. Who waits for the end
 * of a ratchet does so at this object's monitor, which nobody holds for longer than a look.
 */
final class KeyRenewal implements AutoCloseable {

    /** Ratchets that a device begins in any sixth of {@code ratchet_seconds} (protocol section 12). */
    private static final int ORDERS = 5;

    /** What a server takes of them: their times of arrival may lie closer together. */
    private static final int ORDERS_TAKEN = 2 * ORDERS;

    private final Rekeying rekeying;
    private final RecordStream stream;
    private final WritingHalf out;
    private final RekeyPolicy policy;
    private final Duration patience;
    private final boolean isDevice;
    private final Budget devicesRatchets;
    private final Consumer<RuntimeException> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long ratchetedAt = System.nanoTime();
    private volatile long ratchetedAtBytes;
    private volatile long ratchets;
    private volatile boolean ratcheting;

    /** Whether a thread is about to begin a ratchet. If two should be, the second finds that it has begun. */
    private volatile boolean beginning;

    private volatile boolean stopped;
    private volatile boolean closed;
    private volatile Deadline stuck = Deadline.NONE;

    /**
     * @param isDevice a device leaves it to the server to begin a ratchet until one is overdue by a tenth
     * @param onFailure the own end cannot go on
     */
    KeyRenewal(
            Rekeying rekeying,
            RecordStream stream,
            WritingHalf out,
            SessionTerms terms,
            boolean isDevice,
            Consumer<RuntimeException> onFailure) {
        this.rekeying = rekeying;
        this.stream = stream;
        this.out = out;
        this.policy = terms.rekey();
        this.patience = terms.idle();
        this.isDevice = isDevice;
        this.devicesRatchets = new Budget(
                isDevice ? ORDERS : ORDERS_TAKEN, policy.ratchetAfter().dividedBy(6));
        this.onFailure = onFailure;
    }

    void start() {
        out.afterWrite(this::afterWrite);
    }

    /**
     * Takes a handshake record of the session; for the reading thread.
     *
     * @param sequence of the record in its epoch
     */
    void receive(ByteBuffer content, long sequence) throws ProtocolException {
        lock.lock();
        try {
            if (!closed) {
                boolean wasRatcheting = ratcheting;
                perform(rekeying.receive(content, sequence));
                if (!isDevice && ratcheting && !wasRatcheting) {
                    devicesRatchets.spend(System.nanoTime(), "ratchets");
                }
            }
        } finally {
            release();
        }
        Thread.startVirtualThread(this::goOn);
    }

    /** A key may have become due while it could not be updated. */
    private void goOn() {
        if (isKeyDue(System.nanoTime())) {
            updateKey();
        }
        flush();
    }

    /** How many ratchets are over. */
    long ratchets() {
        return ratchets;
    }

    /**
     * Begins a ratchet, or joins one that is under way, and waits until it is over.
     *
     * @return how many ratchets are over in this session now
     * @throws IOException if the session ends first, the peer does not answer in time, or a device has begun too many
     */
    long ratchet(Duration limit) throws IOException, InterruptedException {
        long before = beginNow();
        out.flush();
        return awaitRatchetAfter(before, limit);
    }

    private long beginNow() throws IOException {
        lock.lock();
        try {
            long before = ratchets;
            if (!stopped && !ratcheting) {
                if (isDevice && !devicesRatchets.take(System.nanoTime())) {
                    throw new IOException("the keys were renewed too often just now");
                }
                perform(rekeying.ratchet());
            }
            return before;
        } finally {
            release();
        }
    }

    private synchronized long awaitRatchetAfter(long before, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (ratchets == before) {
            if (stopped) {
                throw new IOException("the session ended before its keys were renewed");
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new IOException("the peer did not renew the keys within " + limit.toSeconds() + " s");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return ratchets;
    }

    /** Begins nothing more: one of the directions has ended. */
    void stop() {
        stopped = true;
        stuck.close();
        signal();
    }

    /** Wipes every secret, now or as soon as they are not in use any more. */
    @Override
    public void close() {
        stop();
        closed = true;
        wipeIfClosed();
    }

    private void release() {
        lock.unlock();
        wipeIfClosed();
    }

    private void wipeIfClosed() {
        if (closed && lock.tryLock()) {
            try {
                rekeying.close();
            } finally {
                lock.unlock();
            }
        }
    }

    private synchronized void signal() {
        notifyAll();
    }

    /** The write lock is held. */
    private void afterWrite() {
        if (isKeyDue(System.nanoTime())) {
            updateKey();
        }
        if (isRatchetDue(System.nanoTime())) {
            beginSoon();
        }
    }

    private boolean isKeyDue(long now) {
        return stream.recordsSent() >= policy.keyUpdateRecords()
                || stream.keyBytesSent() >= policy.keyUpdateBytes()
                || stream.recordsSent() > 0 && now - stream.sendingSince() >= keyAge();
    }

    private boolean isRatchetDue(long now) {
        return !ratcheting
                && (now - ratchetedAt >= ratchetAge()
                        || stream.bytes() - ratchetedAtBytes >= overdue(policy.ratchetBytes()));
    }

    /** Posts a KeyUpdate, unless a change of key is on its way already; if it cannot now, the next record is soon enough. */
    private void updateKey() {
        if (!stopped && lock.tryLock()) {
            try {
                // Due it was when somebody looked; by now the key may be another, which has protected nothing.
                if (!closed
                        && rekeying.sendingEpoch() == stream.sendingEpoch()
                        && stream.recordsSent() > 0
                        && isKeyDue(System.nanoTime())) {
                    perform(rekeying.updateKey());
                }
            } finally {
                release();
            }
        }
    }

    private void beginSoon() {
        if (!stopped && !beginning) {
            beginning = true;
            Thread.startVirtualThread(() -> {
                try {
                    beginNow();
                    flush();
                } catch (IOException e) {
                    // Not now, then at the next look.
                } catch (RuntimeException e) {
                    onFailure.accept(e);
                } finally {
                    beginning = false;
                }
            });
        }
    }

    /** The lock is held; receiving keys change only on the reading thread. */
    private void perform(List<Action> actions) {
        List<Action> toSend = new ArrayList<>();
        for (Action action : actions) {
            switch (action) {
                case Send _, ChangeSendingKeys _ -> toSend.add(action);
                case ChangeReceivingKeys change -> stream.change(change);
                case Ratcheted(long number) -> {
                    ratchets = number;
                    ratchetedAt = System.nanoTime();
                    ratchetedAtBytes = stream.bytes();
                }
                default -> throw new IllegalStateException("not an action of this place");
            }
        }
        ratcheting = rekeying.isRatcheting();
        // Only a step of the ratchet gives the peer new time: what else happens meanwhile must not keep it open.
        if (!toSend.isEmpty() || !ratcheting) {
            watch(ratcheting && !stopped);
        }
        out.post(toSend);
        signal();
    }

    /** A peer that does not go on with a ratchet counts as silent. The lock is held. */
    private void watch(boolean isPeersTurn) {
        stuck.close();
        if (isPeersTurn) {
            stuck = Deadline.after(
                    patience,
                    () -> stream.closeBecause(new TruncatedException("the peer did not go on with a ratchet")));
            if (stopped) {
                stuck.close(); // Whoever stopped in between has cancelled the one before.
            }
        }
    }

    private void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            stream.closeBecause(e);
        }
    }

    /**
     * What is due already is begun now, on threads of its own, or waits for something to protect.
     *
     * @see Timetable.Entry#tick
     */
    long tick(long now) {
        if (stopped || !stream.isOpen()) {
            return Timetable.NEVER;
        }
        if (isKeyDue(now)) {
            Thread.startVirtualThread(this::goOn);
        }
        if (isRatchetDue(now)) {
            beginSoon();
        }
        return Math.min(left(keyAge(), now - stream.sendingSince()), left(ratchetAge(), now - ratchetedAt));
    }

    private static long left(long of, long spent) {
        return spent < of ? of - spent : of;
    }

    private long keyAge() {
        return policy.keyUpdateAfter().toNanos();
    }

    private long ratchetAge() {
        return overdue(policy.ratchetAfter().toNanos());
    }

    private long overdue(long due) {
        return isDevice ? due + due / 10 : due;
    }
}
