package dev.waxwing.server.ingest;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
            while (queue.size() >= ENOUGH && !broken) {
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
            Bytes carried = next();
            while (carried != null) {
                carried = sendFrom(carried);
            }
        } catch (IOException | RuntimeException e) {
            // The reading thread finds the channel closed and tells why the session ended.
            breakOff();
        }
    }

    /** Sends one record that starts with {@code first}, and returns what did not fit any more. */
    private @Nullable Bytes sendFrom(Bytes first) throws IOException {
        OutgoingRecord record = channel.newRecord();
        try {
            Writer out = Writer.into(record.buffer());
            out.bytes(first);
            Bytes message = nextWithoutEnding();
            while (message != null && message.size() <= record.buffer().remaining()) {
                out.bytes(message);
                message = nextWithoutEnding();
            }
            channel.send(record);
            return message == null ? next() : message;
        } finally {
            record.discard();
        }
    }

    /** The next message; when there is none, the thread that asked is done. */
    private @Nullable Bytes next() {
        return take(true);
    }

    private @Nullable Bytes nextWithoutEnding() {
        return take(false);
    }

    private @Nullable Bytes take(boolean endIfEmpty) {
        lock.lock();
        try {
            ServerMessage message = queue.poll();
            if (message != null) {
                changed.signalAll();
                return encoded(message);
            }
            if (endIfEmpty) {
                sending = false;
                changed.signalAll();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void breakOff() {
        lock.lock();
        try {
            broken = true;
            sending = false;
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        channel.abort();
    }

    private static Bytes encoded(ServerMessage message) {
        Writer out = Writer.growing(ACKNOWLEDGEMENT);
        message.encode(out);
        return out.toBytes();
    }
}
