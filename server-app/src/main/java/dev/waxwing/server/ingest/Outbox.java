package dev.waxwing.server.ingest;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the server still has to say in one session. Any thread may add and never waits for the peer; a virtual thread, which
 * lives only while there is something to say, puts whatever is queued into as few records as it takes.
 */
final class Outbox {

    /** A peer that does not listen is not read from any more beyond this many answers. */
    private static final int ENOUGH = 4_096;

    /** Bytes of the message that there are most of. */
    private static final int ACKNOWLEDGEMENT = 16;

    private final SecureChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<ServerMessage> queue = new ArrayDeque<>(0); // In a silent session it stays like that.

    /** How many of those before are on their way. */
    private int leaving;

    private boolean sending;
    private boolean broken;

    Outbox(SecureChannel channel) {
        this.channel = channel;
    }

    void add(ServerMessage message) {
        add(List.of(message));
    }

    void add(List<ServerMessage> messages) {
        lock.lock();
        try {
            if (broken || messages.isEmpty()) {
                return;
            }
            queue.addAll(messages);
            if (!sending) {
                sending = true;
                Thread.ofVirtual().name("waxwing-answers").start(this::drain);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the peer has taken enough of what was said. */
    void awaitRoom() {
        lock.lock();
        try {
            while (queue.size() + leaving >= ENOUGH && !broken) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything is said, but no longer than {@code patience}. */
    void awaitEmpty(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (sending && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        try {
            for (List<ServerMessage> some = next(); !some.isEmpty(); some = next()) {
                send(some);
            }
        } catch (IOException | RuntimeException e) {
            // The reading thread finds the channel closed and tells why the session ended.
            breakOff();
        }
    }

    /** All that is queued; when that is nothing, the thread that asked is done. */
    private List<ServerMessage> next() {
        lock.lock();
        try {
            List<ServerMessage> all = List.copyOf(queue);
            queue.clear();
            leaving = all.size();
            sending = !all.isEmpty();
            changed.signalAll();
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void send(List<ServerMessage> messages) throws IOException {
        Writer encoded = Writer.growing(ACKNOWLEDGEMENT);
        OutgoingRecord record = channel.newRecord();
        try {
            for (ServerMessage message : messages) {
                encoded.clear();
                message.encode(encoded);
                if (encoded.position() > record.buffer().remaining()) {
                    channel.send(record);
                    record = channel.newRecord();
                }
                record.buffer().put(encoded.written());
            }
            channel.send(record);
        } finally {
            record.discard();
        }
    }

    private void breakOff() {
        lock.lock();
        try {
            broken = true;
            sending = false;
            leaving = 0;
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        channel.abort();
    }
}
